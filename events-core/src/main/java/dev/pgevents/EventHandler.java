package dev.pgevents;

/**
 * Called for each event of a subscription. What it throws goes to the subscription's
 * {@link EventErrorHandler}; the next event is handled all the same.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface EventHandler {

	/**
	 * Handles an event.
	 * @param event the event
	 * @throws Exception if it could not be handled
	 */
	void onEvent(Event event) throws Exception;

	/**
	 * Called where events may be missing, in order with the events around the gap. The
	 * remedy is to read the state they are about.
	 * @param gap what is known of the missing events
	 * @throws Exception if it could not be handled
	 */
	default void onGap(Gap gap) throws Exception {
	}

}
