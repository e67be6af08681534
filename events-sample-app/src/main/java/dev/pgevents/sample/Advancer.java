package dev.pgevents.sample;

import dev.pgevents.EventTypes;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.SyncOnDomainEvent;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Processes inputs, and tells when an epoch has no more to come.
 */
@Service
@ConditionalOnService(NodeService.ADVANCER)
@Transactional
class Advancer {

	private final Epochs epochs;

	private final Applications applications;

	private final DomainEventPublisher publisher;

	Advancer(Epochs epochs, Applications applications, DomainEventPublisher publisher) {
		this.epochs = epochs;
		this.applications = applications;
		this.publisher = publisher;
	}

	@OnDomainEvent({ EventTypes.INPUT_RECEIVED_VALUE, EventTypes.EPOCH_CLOSED_VALUE })
	void advance(@AppId String app) {
		if (this.applications.isActive(app)) {
			process(app);
		}
	}

	@SyncOnDomainEvent(types = { "app.*", EventTypes.INPUT_RECEIVED_VALUE, EventTypes.EPOCH_CLOSED_VALUE },
			every = "${node.sync-every:30s}")
	void catchUp() {
		this.applications.readActive().forEach(this::process);
	}

	private void process(String app) {
		this.epochs.processInputs(app);
		for (long epoch : this.epochs.inputsProcessed(app)) {
			this.publisher.publish(new Events.InputsProcessed(app, epoch));
		}
	}

}
