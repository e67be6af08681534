package dev.pgevents.internal.dispatch;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/**
 * How a subscription that was closed is waited for, until nothing is in hand any more. By
 * one and all only until the first has waited in vain: several would add up their times.
 * For the thread that has the subscription's lock.
 */
final class ShutdownWait {

	private final Condition finished;

	private boolean stuck;

	ShutdownWait(ReentrantLock lock) {
		this.finished = lock.newCondition();
	}

	void finished() {
		this.finished.signalAll();
	}

	/**
	 * Waits up to a time.
	 * @param isFinished whether nothing is in hand any more
	 * @param deadline the end, in {@code System.nanoTime()}
	 * @return false for the first one that has waited in vain
	 */
	boolean await(BooleanSupplier isFinished, long deadline) throws InterruptedException {
		long left = deadline - System.nanoTime();
		while (!isFinished.getAsBoolean() && left > 0 && !this.stuck) {
			left = this.finished.awaitNanos(left);
		}
		boolean gaveUp = !isFinished.getAsBoolean() && !this.stuck;
		if (gaveUp) {
			this.stuck = true;
			this.finished.signalAll();
		}
		return !gaveUp;
	}

}
