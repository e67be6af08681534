package dev.pgevents;

import java.util.Collection;
import java.util.List;
import java.util.Optional;

import org.jspecify.annotations.Nullable;

/**
 * A publisher and a subscriber that close together. Thread-safe.
 *
 * @since 0.1
 */
public interface EventBus extends Publisher, Subscriber, AutoCloseable {

	/**
	 * Returns the subscriptions that are open now, streams among them.
	 * @return a snapshot; none where a bus does not say
	 */
	default Collection<Subscription> subscriptions() {
		return List.of();
	}

	/**
	 * Something that not every bus can do, such as {@link ConnectionPublishing}. Who has
	 * a bus asks for it here and not by {@code instanceof}, since the bus may be a
	 * decorator: one that does not extend {@link DelegatingEventBus} overrides this
	 * method and asks the bus behind it, or that bus's transactions, meters and health
	 * are lost.
	 * @param <T> the capability
	 * @param type the capability's interface
	 * @return what does it, or nothing if the bus cannot
	 */
	default <T> Optional<T> capability(Class<T> type) {
		return type.isInstance(this) ? Optional.of(type.cast(this)) : Optional.empty();
	}

	/**
	 * Returns what this bus marks the events with that it publishes: the same for as long
	 * as the bus is there, whatever becomes of its connections, and another for each bus.
	 * @return the id, or null where a bus marks none
	 * @see Event#publishedBy()
	 */
	default @Nullable String instanceId() {
		return null;
	}

	/**
	 * Stops receiving, sends what was accepted for sending, waits for the events in hand
	 * up to the bus's shutdown timeout and closes all subscriptions. Closing again does
	 * nothing. Does not wait when called from a handler.
	 */
	@Override
	void close();

}
