package dev.pgevents;

import java.time.Duration;
import java.util.Iterator;

import org.jspecify.annotations.Nullable;

/**
 * A subscription from which the caller takes events and gaps, in order and at its own
 * pace. Thread-safe; several threads may take, and each delivery goes to one of them.
 *
 * @since 0.1
 */
public interface EventStream extends Subscription, Iterable<Delivery> {

	/**
	 * Waits for the next event or gap.
	 * @return the next delivery
	 * @throws InterruptedException if interrupted while waiting
	 * @throws IllegalStateException if the stream is closed, before or while waiting
	 */
	Delivery take() throws InterruptedException;

	/**
	 * Waits for the next event or gap, up to a time.
	 * @param timeout how long to wait; zero or less does not wait
	 * @return the next delivery, or null if none came in time or the stream is closed
	 * @throws InterruptedException if interrupted while waiting
	 */
	@Nullable Delivery poll(Duration timeout) throws InterruptedException;

	/**
	 * Iterates over the deliveries. {@code hasNext} waits for the next one and says no
	 * once the stream is closed or the thread is interrupted, which stays set.
	 * @return an iterator for one thread
	 */
	@Override
	Iterator<Delivery> iterator();

}
