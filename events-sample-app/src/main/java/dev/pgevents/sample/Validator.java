package dev.pgevents.sample;

import dev.pgevents.EventTypes;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.SyncOnDomainEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/**
 * Calculates the claims of epochs whose inputs are processed. Its processes share the
 * applications, each of which is one process's at a time: start it twice, kill one, and
 * the other goes on with all of them.
 */
@Service
@ConditionalOnService(NodeService.VALIDATOR)
@Transactional
class Validator {

	private static final Logger logger = LoggerFactory.getLogger(Validator.class);

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

	@OnDomainEvent(types = EventTypes.EPOCH_INPUTS_PROCESSED_VALUE, group = "validators")
	void calculate(@AppId String app) {
		logger.info("this process validates application {}", app);
		this.stall.pass();
		if (this.applications.isActive(app)) {
			calculateAll(app);
		}
	}

	/** What became ready while its application was out of service. */
	@SyncOnDomainEvent(types = "app.*", every = "${node.sync-every:30s}")
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
