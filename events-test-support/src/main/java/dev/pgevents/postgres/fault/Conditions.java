package dev.pgevents.postgres.fault;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** How the network is at the moment, for all its connections. Thread-safe. */
final class Conditions {

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition changed = this.lock.newCondition();

	private boolean stalled;

	private long delayNanos;

	private int fragment = Integer.MAX_VALUE;

	void stalled(boolean stalled) {
		change(() -> this.stalled = stalled);
	}

	void delay(Duration delay) {
		change(() -> this.delayNanos = delay.toNanos());
	}

	void fragment(int bytes) {
		change(() -> this.fragment = bytes);
	}

	void good() {
		change(() -> {
			this.stalled = false;
			this.delayNanos = 0;
			this.fragment = Integer.MAX_VALUE;
		});
	}

	/**
	 * Waits until bytes that arrived at a time may pass.
	 * @return how many may pass at once
	 */
	int awaitPassage(long arrived) throws InterruptedException {
		this.lock.lock();
		try {
			while (true) {
				long left = arrived + this.delayNanos - System.nanoTime();
				if (this.stalled) {
					this.changed.await();
				}
				else if (left > 0) {
					this.changed.awaitNanos(left);
				}
				else {
					return this.fragment;
				}
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void change(Runnable change) {
		this.lock.lock();
		try {
			change.run();
			this.changed.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

}
