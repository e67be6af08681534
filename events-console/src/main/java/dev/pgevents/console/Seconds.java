package dev.pgevents.console;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;

/**
 * How many events there were in each of the last seconds, and how long they took. Bounded
 * and thread-safe.
 */
final class Seconds {

	/** Ten minutes. */
	static final int KEPT = 600;

	private final ReentrantLock lock = new ReentrantLock();

	private final Deque<Second> past = new ArrayDeque<>();

	private final LatencyHistogram histogram = new LatencyHistogram();

	private long current;

	/**
	 * Begins.
	 * @param epochSecond the time now
	 */
	Seconds(long epochSecond) {
		this.current = epochSecond;
	}

	void add(long epochSecond, Duration latency) {
		this.lock.lock();
		try {
			moveTo(epochSecond);
			this.histogram.add(latency);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** The seconds that are over and after another, the oldest first. */
	List<Second> after(long epochSecond, long now) {
		this.lock.lock();
		try {
			moveTo(now);
			List<Second> seconds = new ArrayList<>();
			for (Second second : this.past) {
				if (second.at() > epochSecond) {
					seconds.add(second);
				}
			}
			return seconds;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** A clock that was set back makes a long second; one that was set on, no crowd. */
	private void moveTo(long epochSecond) {
		if (epochSecond - this.current > KEPT) {
			end();
			this.current = epochSecond - KEPT;
		}
		while (this.current < epochSecond) {
			end();
			this.current++;
		}
	}

	private void end() {
		this.past.add(new Second(this.current, this.histogram.total(),
				(this.histogram.total() > 0) ? this.histogram.percentile(0.5) : null,
				(this.histogram.total() > 0) ? this.histogram.percentile(0.99) : null));
		this.histogram.clear();
		while (this.past.size() > KEPT) {
			this.past.remove();
		}
	}

	/**
	 * A second that is over.
	 *
	 * @param at which, in seconds since 1970
	 * @param count how many events
	 * @param p50 milliseconds within which half of them came, or null without events
	 * @param p99 milliseconds within which nearly all of them came
	 */
	record Second(long at, int count, @Nullable Double p50, @Nullable Double p99) {

	}

}
