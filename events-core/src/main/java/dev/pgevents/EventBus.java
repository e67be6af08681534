package dev.pgevents;

/**
 * A publisher and a subscriber that close together. Thread-safe.
 *
 * @since 0.1
 */
public interface EventBus extends Publisher, Subscriber, AutoCloseable {

	/**
	 * Stops receiving, sends what was accepted for sending, waits for the events in hand
	 * up to the bus's shutdown timeout and closes all subscriptions. Closing again does
	 * nothing. Does not wait when called from a handler.
	 */
	@Override
	void close();

}
