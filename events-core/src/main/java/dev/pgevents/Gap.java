package dev.pgevents;

import java.time.Instant;
import java.util.Objects;

/**
 * Stands where a consumer may have missed events, in their order. The remedy is to read
 * the state the events are about.
 *
 * @param reason why events may be missing
 * @param since when the last thing before the gap was known to be complete
 * @param until when delivery was known to be complete again
 * @param dropped how many events are missing, or 0 where it cannot be known
 * @since 0.1
 */
public record Gap(Reason reason, Instant since, Instant until, long dropped) implements Delivery {

	/**
	 * Checks the parts.
	 * @throws IllegalArgumentException if {@code dropped} is negative
	 */
	public Gap {
		Objects.requireNonNull(reason, "reason");
		Objects.requireNonNull(since, "since");
		Objects.requireNonNull(until, "until");
		if (dropped < 0) {
			throw new IllegalArgumentException("dropped is " + dropped + ", it must be 0 or more");
		}
	}

	/**
	 * Returns one gap for this one and another of the same reason that follows it
	 * immediately.
	 * @param next the gap that follows
	 * @return a gap that covers both
	 * @throws IllegalArgumentException if the reasons differ
	 */
	public Gap merge(Gap next) {
		if (this.reason != next.reason) {
			throw new IllegalArgumentException("a gap of reason " + this.reason + " cannot take in one of reason "
					+ next.reason + ": only gaps of one reason merge");
		}
		return new Gap(this.reason, this.since.isBefore(next.since) ? this.since : next.since,
				this.until.isAfter(next.until) ? this.until : next.until, this.dropped + next.dropped);
	}

	/** Why events may be missing. */
	public enum Reason {

		/** The connection was lost, or let go of, and is back. */
		RECONNECTED,

		/** The subscription was stopped for a while, and has been started again. */
		STOPPED,

		/** The subscription's buffer was full. */
		OVERFLOW,

		/** A notification arrived that could not be read. */
		UNREADABLE,

		/**
		 * The event log keeps the events no longer that a group has not handled: it was
		 * away for longer than events are kept.
		 */
		EXPIRED

	}

}
