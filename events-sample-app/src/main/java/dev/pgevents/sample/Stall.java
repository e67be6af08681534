package dev.pgevents.sample;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.springframework.stereotype.Component;

/**
 * Holds up whoever passes, for a while: as a handler that waits for something slow.
 */
@Component
class Stall {

	/** A visitor may forget it. */
	static final Duration LONGEST = Duration.ofSeconds(30);

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition over = this.lock.newCondition();

	private long until = System.nanoTime();

	/** Goes through, once there is no stall. */
	void pass() {
		this.lock.lock();
		try {
			long left = this.until - System.nanoTime();
			while (left > 0) {
				this.over.awaitNanos(left);
				left = this.until - System.nanoTime();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.lock.unlock();
		}
	}

	void begin() {
		set(LONGEST);
	}

	void end() {
		set(Duration.ZERO);
	}

	private void set(Duration fromNow) {
		this.lock.lock();
		try {
			this.until = System.nanoTime() + TimeUnit.NANOSECONDS.convert(fromNow);
			this.over.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	boolean isOn() {
		this.lock.lock();
		try {
			return this.until - System.nanoTime() > 0;
		}
		finally {
			this.lock.unlock();
		}
	}

}
