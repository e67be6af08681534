package dev.pgevents.internal.dispatch;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long a handler has been taking lately, which says whether it is <em>quick</em>. A
 * handler is quick once a thousand of its calls in a row have taken 200 microseconds or
 * less, and until the first one that takes longer. Of the calls that a worker makes
 * without a break only the first is timed. Thread-safe.
 *
 * <p>
 * That is what a leader goes by when it runs a handler and keeps the lead, see
 * {@link LeaderFollowers}. A handler is on trial there: should one that was quick not
 * come back, another thread leads after {@value LeaderFollowers#TAKEOVER_MILLIS}
 * milliseconds at most.
 */
final class Pace {

	/** About what it costs to wake a thread, so others feel nothing of it. */
	static final long QUICK_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

	/** So that a handler which is slow now and then is not trusted in between. */
	static final int QUICK_CALLS = 1000;

	/** How much of the average the latest call is, as a power of two. */
	private static final int WEIGHT = 3;

	private final AtomicInteger quickInARow = new AtomicInteger();

	/** Of the quick calls. An old value does no harm, so it is not volatile. */
	private long averageNanos;

	/** A call has taken so long. */
	void took(long nanos) {
		if (nanos > QUICK_NANOS) {
			this.quickInARow.set(0);
		}
		else {
			this.averageNanos += (nanos - this.averageNanos) >> WEIGHT;
			if (!isQuick()) {
				this.quickInARow.incrementAndGet();
			}
		}
	}

	/** Whether the last thousand calls were quick. */
	boolean isQuick() {
		return this.quickInARow.get() >= QUICK_CALLS;
	}

	/** How long a call is going to take, most likely; for ever if it is not quick. */
	long expectedNanos() {
		return isQuick() ? this.averageNanos : Long.MAX_VALUE;
	}

}
