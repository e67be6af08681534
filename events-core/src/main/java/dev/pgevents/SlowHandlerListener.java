package dev.pgevents;

import java.time.Duration;

/**
 * Called once for each handler that runs longer than the threshold, while it still runs;
 * on a thread of the bus. Must not block.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface SlowHandlerListener {

	/**
	 * A handler is slow.
	 * @param subscription whose handler
	 * @param delivery what it was given
	 * @param runningFor for how long it has been running
	 */
	void onSlowHandler(Subscription subscription, Delivery delivery, Duration runningFor);

}
