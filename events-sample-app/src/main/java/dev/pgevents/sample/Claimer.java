package dev.pgevents.sample;

import dev.pgevents.EventTypes;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.SyncOnDomainEvent;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Takes claims to the authority, and tells what it says.
 */
@Service
@ConditionalOnService(NodeService.CLAIMER)
@Transactional
class Claimer {

	/** The simulated authority finds fault with every so manieth epoch. */
	private static final long REJECTED = 7;

	private final Epochs epochs;

	private final Applications applications;

	private final DomainEventPublisher publisher;

	Claimer(Epochs epochs, Applications applications, DomainEventPublisher publisher) {
		this.epochs = epochs;
		this.applications = applications;
		this.publisher = publisher;
	}

	@OnDomainEvent(EventTypes.EPOCH_CLAIM_CALCULATED_VALUE)
	void submit(@AppId String app) {
		if (this.applications.isActive(app, Consensus.AUTHORITY)) {
			submitAll(app);
		}
	}

	@OnDomainEvent(EventTypes.EPOCH_CLAIM_SUBMITTED_VALUE)
	void settle(@AppId String app) {
		if (this.applications.isActive(app, Consensus.AUTHORITY)) {
			settleAll(app);
		}
	}

	@SyncOnDomainEvent(
			types = { "app.*", EventTypes.EPOCH_CLAIM_CALCULATED_VALUE, EventTypes.EPOCH_CLAIM_SUBMITTED_VALUE },
			every = "${node.sync-every:30s}")
	void catchUp() {
		for (String app : this.applications.readActive(Consensus.AUTHORITY)) {
			submitAll(app);
			settleAll(app);
		}
	}

	private void submitAll(String app) {
		for (long epoch : this.epochs.move(app, EpochStatus.CLAIM_CALCULATED, EpochStatus.CLAIM_SUBMITTED)) {
			this.publisher.publish(new Events.ClaimSubmitted(app, epoch));
		}
	}

	private void settleAll(String app) {
		this.epochs.at(app, EpochStatus.CLAIM_SUBMITTED).forEach((epoch) -> settle(app, epoch));
	}

	private void settle(String app, long epoch) {
		boolean rejected = (epoch + 1) % REJECTED == 0;
		EpochStatus verdict = rejected ? EpochStatus.CLAIM_REJECTED : EpochStatus.CLAIM_ACCEPTED;
		if (this.epochs.move(app, epoch, EpochStatus.CLAIM_SUBMITTED, verdict)) {
			this.publisher
				.publish(rejected ? new Events.ClaimRejected(app, epoch) : new Events.ClaimAccepted(app, epoch));
		}
	}

}
