package dev.pgevents.sample;

import dev.pgevents.EventTypes;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.SyncOnDomainEvent;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Calculates the claims of epochs whose inputs are processed.
 */
@Service
@ConditionalOnService(NodeService.VALIDATOR)
@Transactional
class Validator {

	private final Epochs epochs;

	private final Applications applications;

	private final DomainEventPublisher publisher;

	private final Stall stall;

	Validator(Epochs epochs, Applications applications, DomainEventPublisher publisher, Stall stall) {
		this.epochs = epochs;
		this.applications = applications;
		this.publisher = publisher;
		this.stall = stall;
	}

	@OnDomainEvent(EventTypes.EPOCH_INPUTS_PROCESSED_VALUE)
	void calculate(@AppId String app) {
		this.stall.pass();
		if (this.applications.isActive(app)) {
			calculateAll(app);
		}
	}

	@SyncOnDomainEvent(types = { "app.*", EventTypes.EPOCH_INPUTS_PROCESSED_VALUE }, every = "${node.sync-every:30s}")
	void catchUp() {
		this.stall.pass();
		this.applications.readActive().forEach(this::calculateAll);
	}

	private void calculateAll(String app) {
		for (long epoch : this.epochs.move(app, EpochStatus.INPUTS_PROCESSED, EpochStatus.CLAIM_CALCULATED)) {
			this.publisher.publish(new Events.ClaimCalculated(app, epoch));
		}
	}

}
