package dev.pgevents;

import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Objects;

import dev.pgevents.internal.log.LogText;
import org.jspecify.annotations.Nullable;

/**
 * Where to begin in the event log. For a group it counts once, when the group is new:
 * from then on the group goes on where it was. Immutable.
 *
 * @since 0.1
 */
public final class StartPosition {

	private static final StartPosition LATEST = new StartPosition("latest", null);

	private static final StartPosition EARLIEST = new StartPosition("earliest", null);

	private final String text;

	private final @Nullable Instant instant;

	private StartPosition(String text, @Nullable Instant instant) {
		this.text = text;
		this.instant = instant;
	}

	/**
	 * Behind the last event that is committed now.
	 * @return the position
	 */
	public static StartPosition latest() {
		return LATEST;
	}

	/**
	 * At the oldest event that is kept.
	 * @return the position
	 */
	public static StartPosition earliest() {
		return EARLIEST;
	}

	/**
	 * At the first event that was recorded at or after a time.
	 * @param instant the time, by the clock of the log
	 * @return the position
	 * @throws IllegalArgumentException if the time is in the future
	 */
	public static StartPosition at(Instant instant) {
		Instant now = Instant.now();
		if (instant.isAfter(now)) {
			throw new IllegalArgumentException("from is " + instant + ", which is in the future (it is " + now
					+ " now): use \"latest\" to begin with the next event");
		}
		return new StartPosition(instant.toString(), instant);
	}

	/**
	 * Reads what {@link #toString()} writes.
	 * @param text {@code latest}, {@code earliest} or a time as of
	 * {@link Instant#parse(CharSequence)}
	 * @return the position
	 * @throws IllegalArgumentException if it is none of these, or in the future
	 */
	public static StartPosition parse(String text) {
		return switch (text) {
			case "latest" -> LATEST;
			case "earliest" -> EARLIEST;
			default -> at(instant(text));
		};
	}

	private static Instant instant(String text) {
		try {
			return Instant.parse(text);
		}
		catch (DateTimeParseException ex) {
			throw new IllegalArgumentException("from is \"" + LogText.of(text, LogText.NAME)
					+ "\": use \"latest\", \"earliest\" or a time such as \"2026-01-19T10:00:00Z\"", ex);
		}
	}

	/**
	 * Returns whether it is {@link #latest()}.
	 * @return whether to begin with the next event
	 */
	public boolean isLatest() {
		return equals(LATEST);
	}

	/**
	 * Returns whether it is {@link #earliest()}.
	 * @return whether to begin with the oldest event
	 */
	public boolean isEarliest() {
		return equals(EARLIEST);
	}

	/**
	 * Returns the time to begin at.
	 * @return the time, or null for latest and earliest
	 */
	public @Nullable Instant instant() {
		return this.instant;
	}

	@Override
	public boolean equals(@Nullable Object other) {
		return other instanceof StartPosition position && this.text.equals(position.text);
	}

	@Override
	public int hashCode() {
		return Objects.hash(this.text);
	}

	@Override
	public String toString() {
		return this.text;
	}

}
