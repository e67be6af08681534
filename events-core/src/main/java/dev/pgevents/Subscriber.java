package dev.pgevents;

/**
 * Gives out events to those who ask for them. Thread-safe.
 *
 * @since 0.1
 */
public interface Subscriber {

	/**
	 * Subscribes a handler with {@linkplain SubscriptionOptions#defaults() default
	 * options}.
	 * @param filter which events
	 * @param handler called for each of them, one at a time, on a thread of the bus
	 * @return the subscription, which may not be {@linkplain Subscription#ready() ready}
	 * yet
	 * @throws IllegalStateException if the bus is closed
	 */
	default Subscription subscribe(SubscriptionFilter filter, EventHandler handler) {
		return subscribe(filter, SubscriptionOptions.defaults(), handler);
	}

	/**
	 * Subscribes a handler.
	 * @param filter which events
	 * @param options how to buffer and call
	 * @param handler called for each event, on threads of the bus
	 * @return the subscription, which may not be {@linkplain Subscription#ready() ready}
	 * yet
	 * @throws IllegalStateException if the bus is closed, or if the options name a group
	 * and the bus has no event log, or another subscription of the group may get the same
	 * events
	 */
	Subscription subscribe(SubscriptionFilter filter, SubscriptionOptions options, EventHandler handler);

	/**
	 * Opens a stream to take events from, with {@linkplain SubscriptionOptions#defaults()
	 * default options}.
	 * @param filter which events
	 * @return the stream; close it when done
	 * @throws IllegalStateException if the bus is closed
	 */
	default EventStream open(SubscriptionFilter filter) {
		return open(filter, SubscriptionOptions.defaults());
	}

	/**
	 * Opens a stream to take events from.
	 * @param filter which events
	 * @param options how to buffer; concurrency and error handler have no meaning here
	 * @return the stream; close it when done
	 * @throws IllegalStateException if the bus is closed
	 * @throws IllegalArgumentException if the options name a group: what is taken from a
	 * stream is never known to have been handled
	 */
	EventStream open(SubscriptionFilter filter, SubscriptionOptions options);

	/**
	 * Returns whether events are known to be arriving: listening, and delivery was
	 * proven. While they are not, consumers should look for themselves more often.
	 * @return whether the bus is delivering
	 */
	default boolean isDelivering() {
		return true;
	}

}
