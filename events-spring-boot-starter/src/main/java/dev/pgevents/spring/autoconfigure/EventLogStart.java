package dev.pgevents.spring.autoconfigure;

import dev.pgevents.EventBus;
import dev.pgevents.EventLogException;
import dev.pgevents.internal.group.GroupBus;
import dev.pgevents.spring.EventsConfigurationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.context.SmartLifecycle;

/**
 * Makes and checks the tables of the event log when the application starts: after Flyway
 * and Liquibase, and before anything is handled. A database that does not answer does not
 * stop the start; the bus makes up for it once it does.
 */
final class EventLogStart implements SmartLifecycle {

	private static final Logger logger = LoggerFactory.getLogger(EventLogStart.class);

	private final EventBus bus;

	private volatile boolean running;

	EventLogStart(EventBus bus) {
		this.bus = bus;
	}

	@Override
	public void start() {
		this.running = true;
		this.bus.capability(GroupBus.class).ifPresent(EventLogStart::initialize);
	}

	private static void initialize(GroupBus log) {
		try {
			log.initialize();
		}
		catch (EventLogException ex) {
			logger.warn("the event log is looked for once the database answers: {}", ex.getMessage());
		}
		catch (IllegalStateException ex) {
			throw new EventsConfigurationException(String.valueOf(ex.getMessage()),
					"Bring the tables, the privileges of the role and the properties events.log.* into line, see "
							+ "docs/durable-events.md.",
					ex);
		}
	}

	@Override
	public void stop() {
		this.running = false;
	}

	@Override
	public boolean isRunning() {
		return this.running;
	}

	@Override
	public int getPhase() {
		return Integer.MIN_VALUE;
	}

}
