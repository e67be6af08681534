package dev.pgevents;

/**
 * Handles what a handler has thrown. Called on the thread that ran the handler, before it
 * goes on to the next event; what it throws is logged and otherwise ignored.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface EventErrorHandler {

	/**
	 * Handles the failure of a handler.
	 * @param subscription whose handler failed
	 * @param delivery the event or gap it was given
	 * @param error what it threw
	 */
	void onError(Subscription subscription, Delivery delivery, Throwable error);

}
