package dev.pgevents;

import java.util.Collection;
import java.util.List;

/**
 * A publisher and a subscriber that close together. Thread-safe.
 *
 * @since 0.1
 */
public interface EventBus extends Publisher, Subscriber, AutoCloseable {

	/**
	 * The subscriptions that are open now, streams among them.
	 * @return a snapshot; none where a bus does not tell
	 */
	default Collection<Subscription> subscriptions() {
		return List.of();
	}

	/**
	 * Stops receiving, sends what was accepted for sending, waits for the events in hand
	 * up to the bus's shutdown timeout and closes all subscriptions. Closing again does
	 * nothing. Does not wait when called from a handler.
	 */
	@Override
	void close();

}
