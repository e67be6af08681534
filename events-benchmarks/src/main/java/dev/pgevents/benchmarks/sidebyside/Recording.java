package dev.pgevents.benchmarks.sidebyside;

import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.HdrHistogram.Histogram;

/**
 * What a receiver has received. While counting, contents are not looked at. Thread-safe.
 */
final class Recording {

	private static final String SENT = "\"sent\":";

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition reached = this.lock.newCondition();

	private final Histogram latency = new Histogram(TimeUnit.MINUTES.toNanos(10), 3);

	private volatile boolean counting;

	private long count;

	private long awaited = Long.MAX_VALUE;

	private long lastReceived;

	private long firstSent;

	private long lastSent;

	private long longestHole;

	private long gaps;

	/** The time on a clock that all processes of the machine share, in nanoseconds. */
	static long now() {
		Instant now = Instant.now();
		return now.getEpochSecond() * 1_000_000_000L + now.getNano();
	}

	void received(String notification) {
		received(this.counting ? 0 : sent(notification));
	}

	/** Receives what was sent at a time; of 0, it only counts the arrival. */
	void received(long sent) {
		this.lock.lock();
		try {
			if (sent > 0 && !this.counting) {
				record(sent);
			}
			count(1);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Counts the arrival of more than one. */
	void receivedMore(int arrivals) {
		this.lock.lock();
		try {
			count(arrivals);
		}
		finally {
			this.lock.unlock();
		}
	}

	private void count(int arrivals) {
		this.count += arrivals;
		if (this.count >= this.awaited) {
			this.lastReceived = now();
			this.awaited = Long.MAX_VALUE;
			this.reached.signalAll();
		}
	}

	/** The receiver was told that something may be missing. */
	void gap() {
		this.lock.lock();
		try {
			this.gaps++;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void record(long sent) {
		this.latency.recordValue(Math.max(0, now() - sent));
		if (this.firstSent == 0) {
			this.firstSent = sent;
		}
		else {
			this.longestHole = Math.max(this.longestHole, sent - this.lastSent);
		}
		this.lastSent = sent;
	}

	void reset(boolean counting) {
		this.lock.lock();
		try {
			this.counting = counting;
			this.latency.reset();
			this.count = 0;
			this.firstSent = 0;
			this.lastSent = 0;
			this.longestHole = 0;
			this.gaps = 0;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Waits until so many have been received.
	 * @return when that was, or 0 if it was not within the time
	 */
	long await(long expected, long timeoutMillis) throws InterruptedException {
		this.lock.lock();
		try {
			if (this.count >= expected) {
				return now();
			}
			this.lastReceived = 0;
			this.awaited = expected;
			long left = TimeUnit.MILLISECONDS.toNanos(timeoutMillis);
			while (this.count < expected && left > 0) {
				left = this.reached.awaitNanos(left);
			}
			this.awaited = Long.MAX_VALUE;
			return this.lastReceived;
		}
		finally {
			this.lock.unlock();
		}
	}

	Report report() {
		this.lock.lock();
		try {
			return new Report(this.count, this.latency.getValueAtPercentile(50), this.latency.getValueAtPercentile(99),
					this.latency.getValueAtPercentile(99.9), this.latency.getMaxValue(), this.firstSent,
					this.longestHole, this.gaps);
		}
		finally {
			this.lock.unlock();
		}
	}

	private static long sent(String notification) {
		int start = notification.indexOf(SENT);
		if (start < 0) {
			return 0;
		}
		start += SENT.length();
		int end = start;
		while (Character.isDigit(notification.charAt(end))) {
			end++;
		}
		return Long.parseLong(notification, start, end, 10);
	}

}
