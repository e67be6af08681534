package dev.pgevents.internal.dispatch;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How long a handler has been taking lately, which says whether it is <em>quick</em>. A
 * handler is quick once a thousand of its calls in a row have taken 200 microseconds or
 * less, and until one takes longer than a millisecond, or one in a thousand longer than
 * 200 microseconds. Of the calls that a worker makes without a break only the first is
 * timed. Thread-safe.
 *
 * <p>
 * That is what a leader goes by when it runs a handler and keeps the lead, see
 * {@link LeaderFollowers}. A handler is on trial there: should one that was quick not
 * come back, another thread leads after {@value LeaderFollowers#TAKEOVER_MILLIS}
 * milliseconds at most.
 *
 * <p>
 * A call may take longer because its thread had to wait for a processor, which says
 * nothing of the handler, and happens to some calls of ten thousand on a busy machine. So
 * a handler has as many such calls in stock as keep the lead for no longer together than
 * one that does not come back, and earns one with each thousand quick calls.
 */
final class Pace {

	/** About what it costs to wake a thread, so others feel nothing of it. */
	static final long QUICK_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

	/** What a quick handler may take now and then. */
	static final long TOLERATED_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

	/** So that a handler which is slow now and then is not trusted in between. */
	static final int QUICK_CALLS = 1000;

	/** How many calls are tolerated at most. */
	static final int STOCK = (int) (TimeUnit.MILLISECONDS.toNanos(LeaderFollowers.TAKEOVER_MILLIS) / TOLERATED_NANOS);

	/** How much of the average the latest call is, as a power of two. */
	private static final int WEIGHT = 3;

	/** Quick calls that no slow one has used up; it is quick while they are enough. */
	private final AtomicInteger credit = new AtomicInteger();

	/** Of the quick calls. An old value does no harm, so it is not volatile. */
	private long averageNanos;

	/** A call has taken so long. */
	void took(long nanos) {
		if (nanos <= QUICK_NANOS) {
			this.averageNanos += (nanos - this.averageNanos) >> WEIGHT;
			if (this.credit.get() < STOCK * QUICK_CALLS) {
				this.credit.incrementAndGet();
			}
		}
		else {
			boolean tolerated = nanos <= TOLERATED_NANOS;
			this.credit.updateAndGet((now) -> (tolerated && now >= QUICK_CALLS) ? now - QUICK_CALLS : 0);
		}
	}

	/** Whether its calls can be expected to be quick. */
	boolean isQuick() {
		return this.credit.get() >= QUICK_CALLS;
	}

	/** How long a call is going to take, most likely; for ever if it is not quick. */
	long expectedNanos() {
		return isQuick() ? this.averageNanos : Long.MAX_VALUE;
	}

}
