package dev.pgevents;

import java.time.Duration;
import java.util.Objects;

/**
 * A handler that is being called, for those who look for what holds a subscription up.
 *
 * @param delivery the event or gap it was given
 * @param thread the thread that runs it: its stack shows where
 * @param runningFor for how long it has been running
 * @since 0.1
 */
public record RunningHandler(Delivery delivery, Thread thread, Duration runningFor) {

	/**
	 * Checks the parts.
	 */
	public RunningHandler {
		Objects.requireNonNull(delivery, "delivery");
		Objects.requireNonNull(thread, "thread");
		Objects.requireNonNull(runningFor, "runningFor");
	}

}
