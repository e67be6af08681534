package dev.pgevents.internal.dispatch;

import java.util.concurrent.locks.ReentrantLock;

/**
 * A lock for sections of a few dozen nanoseconds. A thread that finds it taken looks
 * again a few times before it parks, as HotSpot's own monitors do: under a steady stream,
 * the thread that adds to a buffer and the one that takes from it meet here all the time,
 * and parking one and waking it takes a hundred times as long as the other needs.
 */
final class BriefLock extends ReentrantLock {

	private static final long serialVersionUID = 1L;

	/** Well below the time that parking takes, also where the holder was descheduled. */
	private static final int LOOKS = 200;

	@Override
	public void lock() {
		for (int i = 0; i < LOOKS; i++) {
			if (tryLock()) {
				return;
			}
			Thread.onSpinWait();
		}
		super.lock();
	}

}
