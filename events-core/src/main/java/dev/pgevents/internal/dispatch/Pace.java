package dev.pgevents.internal.dispatch;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long a handler has been taking lately. Thread-safe.
 */
final class Pace {

	/** What others may wait for a handler without being felt. */
	static final long QUICK = TimeUnit.MICROSECONDS.toNanos(200);

	/** So that a handler which is slow now and then is not trusted in between. */
	static final int ENOUGH = 1000;

	private final AtomicInteger quickInARow = new AtomicInteger();

	/** A call has taken so long. */
	void took(long nanos) {
		if (nanos > QUICK) {
			this.quickInARow.set(0);
		}
		else if (!isQuick()) {
			this.quickInARow.incrementAndGet();
		}
	}

	/** Whether the last thousand calls were quick. */
	boolean isQuick() {
		return this.quickInARow.get() >= ENOUGH;
	}

}
