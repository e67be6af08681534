package dev.pgevents.spring.actuate;

import dev.pgevents.postgres.PostgresEventBus;

/**
 * Publishing as the endpoint shows it.
 *
 * @param queued events that are waiting to be sent
 * @since 0.1
 */
public record PublisherDescriptor(int queued) {

	static PublisherDescriptor of(PostgresEventBus bus) {
		return new PublisherDescriptor(bus.queuedEvents());
	}

}
