package dev.pgevents.sample;

import dev.pgevents.EventTypes;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.SyncOnDomainEvent;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Takes claims through dispute resolution, where nobody ever disputes them.
 */
@Service
@ConditionalOnService(NodeService.PRT)
@Transactional
class Prt {

	private final Epochs epochs;

	private final Applications applications;

	private final DomainEventPublisher publisher;

	Prt(Epochs epochs, Applications applications, DomainEventPublisher publisher) {
		this.epochs = epochs;
		this.applications = applications;
		this.publisher = publisher;
	}

	@OnDomainEvent(EventTypes.EPOCH_CLAIM_CALCULATED_VALUE)
	void settle(@AppId String app) {
		if (this.applications.isActive(app, Consensus.PRT)) {
			settleAll(app);
		}
	}

	@SyncOnDomainEvent(types = { "app.*", EventTypes.EPOCH_CLAIM_CALCULATED_VALUE }, every = "${node.sync-every:30s}")
	void catchUp() {
		this.applications.readActive(Consensus.PRT).forEach(this::settleAll);
	}

	private void settleAll(String app) {
		for (long epoch : this.epochs.move(app, EpochStatus.CLAIM_CALCULATED, EpochStatus.CLAIM_SUBMITTED)) {
			this.publisher.publish(new Events.ClaimSubmitted(app, epoch));
		}
		for (long epoch : this.epochs.move(app, EpochStatus.CLAIM_SUBMITTED, EpochStatus.CLAIM_ACCEPTED)) {
			this.publisher.publish(new Events.ClaimAccepted(app, epoch));
		}
	}

}
