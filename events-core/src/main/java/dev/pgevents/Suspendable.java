package dev.pgevents;

/**
 * A {@linkplain EventBus#capability capability} of a bus that holds connections: it can
 * let go of them for a while. A bus without any has no need to be one. Thread-safe.
 *
 * @since 0.1
 */
public interface Suspendable {

	/**
	 * Closes the connections and opens none, but for what is published meanwhile. Open
	 * subscriptions stay open and receive nothing. Does not fail.
	 */
	void suspend();

	/**
	 * Connects, in the background; open subscriptions that were live before get a gap.
	 * Does nothing where it is connected, or trying, and after the closing.
	 */
	void resume();

}
