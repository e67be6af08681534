package dev.pgevents.spring.internal.actuate;

import dev.pgevents.postgres.BusStatus;

/**
 * Publishing as the endpoint shows it.
 *
 * @param queued events that are waiting to be sent
 * @param failed events that could not be sent, or may not have been
 * @since 0.1
 */
public record PublisherDescriptor(int queued, long failed) {

	static PublisherDescriptor of(BusStatus status) {
		return new PublisherDescriptor(status.publishing().queued(), status.publishing().failed());
	}

}
