package dev.pgevents.postgres.internal.socket;

import java.util.concurrent.TimeUnit;

/**
 * When the user of a connection has no more time: bounds each wait of its socket on top
 * of the driver's own time-outs, which begin anew with every byte. None until one is set.
 * Thread-safe.
 */
final class Deadline {

	private volatile Bound bound = Bound.NONE;

	void at(long nanoTime) {
		this.bound = new Bound(true, nanoTime);
	}

	void none() {
		this.bound = Bound.NONE;
	}

	/** How long a wait may take that would otherwise take up to a time. */
	long atMost(long nanos) {
		Bound current = this.bound;
		return current.exists() ? Math.min(nanos, current.nanoTime() - System.nanoTime()) : nanos;
	}

	/** The same for a time-out in milliseconds in which 0 means none; at least 1. */
	int atMostMillis(int timeout) {
		long millis = (timeout == 0) ? Integer.MAX_VALUE : timeout;
		long left = TimeUnit.NANOSECONDS.toMillis(atMost(TimeUnit.MILLISECONDS.toNanos(millis)));
		return (int) Math.max(1, left);
	}

	private record Bound(boolean exists, long nanoTime) {

		private static final Bound NONE = new Bound(false, 0);

	}

}
