package dev.pgevents.internal.group;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

import dev.pgevents.internal.util.Ticker;
import org.jspecify.annotations.Nullable;

/**
 * When to look whether the owners of others' partitions live, of which something new is
 * heard: at once after a quiet time, and under traffic once in each pause. Whoever looks
 * asks the store one question for all groups; without traffic nobody does. Thread-safe.
 */
final class OwnerLooks {

	/**
	 * How long an owner may be gone before it is seen, while events arrive. Each process
	 * of a group that shares its partitions asks its question as often.
	 */
	static final Duration PAUSE = Duration.ofMillis(250);

	private final Ticker ticker;

	/** Whether a look is planned that has not begun. */
	private boolean planned;

	/** When the last one began, in the ticker's time; null before the first. */
	private @Nullable Long last;

	OwnerLooks(Ticker ticker) {
		this.ticker = ticker;
	}

	/**
	 * Something new is heard.
	 * @return after what time to look; null where a look is planned already
	 */
	synchronized @Nullable Duration plan() {
		if (this.planned) {
			return null;
		}
		this.planned = true;
		Long before = this.last;
		long left = (before == null) ? 0 : TimeUnit.NANOSECONDS.convert(PAUSE) - (this.ticker.nanoTime() - before);
		return Duration.ofNanos(Math.max(0, left));
	}

	/** A look begins: what is heard from now on is for the next one. */
	synchronized void begin() {
		this.planned = false;
		this.last = this.ticker.nanoTime();
	}

}
