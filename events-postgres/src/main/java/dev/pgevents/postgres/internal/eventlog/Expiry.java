package dev.pgevents.postgres.internal.eventlog;

import java.time.Duration;

import dev.pgevents.internal.util.Require;
import org.jspecify.annotations.Nullable;

/**
 * How long events are kept.
 *
 * @param retention how long at least; after that until all groups have passed them
 * @param max how long at most, though a group may not have handled them; null for without
 * end
 */
public record Expiry(Duration retention, @Nullable Duration max) {

	/** The default retention. */
	public static final Duration DEFAULT_RETENTION = Duration.ofDays(7);

	/** How many leaves the events of the time of retention are in. */
	private static final int LEAVES = 4;

	private static final Duration MIN = Duration.ofSeconds(1);

	private static final Duration LONGEST_PAUSE = Duration.ofHours(1);

	/**
	 * Checks the times.
	 * @throws IllegalArgumentException if they are too short, or the longer one is the
	 * shorter
	 */
	public Expiry {
		Require.positive("retention", retention);
		if (retention.compareTo(MIN) < 0) {
			throw new IllegalArgumentException("retention is " + retention + ", it must be at least " + MIN);
		}
		if (max != null && max.compareTo(retention) < 0) {
			throw new IllegalArgumentException(
					"retention-max is " + max + ", it must not be shorter than retention, which is " + retention);
		}
	}

	/** The time of one leaf. */
	Duration leaf() {
		return longer(MIN, this.retention.dividedBy(LEAVES));
	}

	/** How often to look whether a leaf is to be made or dropped. */
	Duration pause() {
		Duration pause = longer(MIN, this.retention.dividedBy(2L * LEAVES));
		return (pause.compareTo(LONGEST_PAUSE) < 0) ? pause : LONGEST_PAUSE;
	}

	private static Duration longer(Duration one, Duration other) {
		return (one.compareTo(other) > 0) ? one : other;
	}

}
