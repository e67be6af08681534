package dev.pgevents.internal.dispatch;

import dev.pgevents.Gap;
import dev.pgevents.Subscription;

/**
 * A subscription as the bus sees it. Thread-safe.
 *
 * @since 0.1
 */
public interface BusSubscription extends Subscription {

	/**
	 * Listening has begun: completes {@link #ready()}, without running on the calling
	 * thread what hangs on it. Events and gaps from before are not taken in, since others
	 * of that time may be missing without a gap.
	 */
	void live();

	/**
	 * Listening will never begin: fails {@link #ready()}.
	 * @param cause why
	 */
	void fail(Throwable cause);

	/**
	 * Whether {@link #live()} was called.
	 * @return whether listening has begun
	 */
	boolean isLive();

	/**
	 * Whether the subscription was closed.
	 * @return whether nothing is taken in any more
	 */
	boolean isClosed();

	/**
	 * Puts a gap where the next event would stand.
	 * @param gap the gap
	 */
	void gap(Gap gap);

}
