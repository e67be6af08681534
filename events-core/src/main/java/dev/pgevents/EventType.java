package dev.pgevents;

import java.util.Objects;

/**
 * The kind of state change an event is about: lower-case words of {@code [a-z0-9_]},
 * joined by dots, such as {@code epoch.closed}. At most {@value #MAX_LENGTH} characters.
 *
 * @param value the type as text
 * @since 0.1
 */
public record EventType(String value) implements Comparable<EventType> {

	/** The longest type, in characters. */
	public static final int MAX_LENGTH = 100;

	/**
	 * Checks the value.
	 * @throws IllegalArgumentException if the value is not a valid type; the message says
	 * what is wrong with which value
	 */
	public EventType {
		Objects.requireNonNull(value, "value");
		TypeNames.check(value, value.length());
	}

	/**
	 * Returns the event type of the given text.
	 * @param value lower-case words of {@code [a-z0-9_]} joined by dots
	 * @return the type
	 * @throws IllegalArgumentException if the value is not a valid type
	 */
	public static EventType of(String value) {
		return new EventType(value);
	}

	@Override
	public int compareTo(EventType other) {
		return this.value.compareTo(other.value);
	}

	/**
	 * Returns the type as text, ready for a log line.
	 */
	@Override
	public String toString() {
		return this.value;
	}

}
