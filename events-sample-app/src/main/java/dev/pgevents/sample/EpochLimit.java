package dev.pgevents.sample;

import java.util.concurrent.atomic.AtomicInteger;

import dev.pgevents.Event;
import dev.pgevents.EventTypes;
import dev.pgevents.spring.OnDomainEvent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.stereotype.Component;

/**
 * Stops the node once enough epochs are settled, for a first look and for tests.
 */
@Component
@ConditionalOnProperty("node.epochs")
class EpochLimit {

	private static final Logger logger = LoggerFactory.getLogger(EpochLimit.class);

	private final ConfigurableApplicationContext context;

	private final int limit;

	private final AtomicInteger settled = new AtomicInteger();

	EpochLimit(ConfigurableApplicationContext context, NodeProperties properties) {
		this.context = context;
		this.limit = properties.epochs();
	}

	@OnDomainEvent({ EventTypes.EPOCH_CLAIM_ACCEPTED_VALUE, EventTypes.EPOCH_CLAIM_REJECTED_VALUE })
	void settled(Event event) {
		if (this.settled.incrementAndGet() == this.limit) {
			logger.info("{} epochs are settled, the node stops", this.limit);
			// Not on this thread: closing waits for handlers.
			new Thread(this.context::close, "node-stop").start();
		}
	}

}
