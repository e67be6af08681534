package dev.pgevents.internal.util;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The wait between two attempts. Another thread ends it, where an attempt is worth making
 * at once, or where none is to follow. One thread attempts and waits; the other methods
 * are for any thread.
 *
 * @since 0.1
 */
public final class RetryWait {

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition change = this.lock.newCondition();

	private final Ticker ticker;

	private volatile boolean retry;

	private volatile boolean stopped;

	/**
	 * Creates a wait.
	 * @param ticker measures the time
	 */
	public RetryWait(Ticker ticker) {
		this.ticker = ticker;
	}

	/**
	 * Begins an attempt: what {@link #retryNow()} said before counts no more.
	 */
	public void beginAttempt() {
		this.retry = false;
	}

	/**
	 * Ends the wait, if there is one, or the next one, if an attempt is under way.
	 */
	public void retryNow() {
		this.retry = true;
		lookAgain();
	}

	/**
	 * Ends the wait, and each later one at once, until {@link #start()}.
	 */
	public void stop() {
		this.stopped = true;
		lookAgain();
	}

	/**
	 * Ends what {@link #stop()} began.
	 */
	public void start() {
		this.stopped = false;
	}

	/**
	 * Waits after an attempt that has failed.
	 * @param delay how long, if no other thread ends it
	 * @throws InterruptedException if the thread is interrupted
	 */
	public void await(Duration delay) throws InterruptedException {
		this.lock.lock();
		try {
			long left = TimeUnit.NANOSECONDS.convert(delay);
			while (!this.stopped && !this.retry && left > 0) {
				left = this.ticker.awaitNanos(this.lock, this.change, left);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void lookAgain() {
		this.lock.lock();
		try {
			this.change.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

}
