package dev.pgevents.internal.util;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Measures time, and waits for it to pass. Tests have one whose time they set.
 *
 * @since 0.1
 */
public interface Ticker {

	/** The system's time. */
	Ticker SYSTEM = new Ticker() {

		@Override
		public long nanoTime() {
			return System.nanoTime();
		}

		@Override
		@SuppressWarnings("WaitNotInLoop") // the caller loops
		public long awaitNanos(ReentrantLock lock, Condition condition, long nanos) throws InterruptedException {
			return condition.awaitNanos(nanos);
		}

	};

	/**
	 * Measures time.
	 * @return nanoseconds since an arbitrary moment, as {@link System#nanoTime()}
	 */
	long nanoTime();

	/**
	 * Waits for a condition, as {@link Condition#awaitNanos} does: to be called in a
	 * loop.
	 * @param lock the condition's lock, which the calling thread holds
	 * @param condition ends the wait
	 * @param nanos how long to wait at most
	 * @return how much of that is left, 0 or less if nothing is
	 * @throws InterruptedException if the thread is interrupted
	 */
	long awaitNanos(ReentrantLock lock, Condition condition, long nanos) throws InterruptedException;

}
