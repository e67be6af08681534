package dev.pgevents;

import java.time.Instant;
import java.util.Objects;

/**
 * An event that a group could not handle as often as it tries. It is kept, and later
 * events of its app wait behind it, until it is redriven or skipped.
 *
 * @param event the event
 * @param attempts how often it was tried
 * @param error what the handler threw at the last attempt, in one line
 * @param heldSince when it failed first
 * @since 0.1
 */
public record ParkedEvent(Event event, int attempts, String error, Instant heldSince) {

	/**
	 * Checks the parts.
	 */
	public ParkedEvent {
		Objects.requireNonNull(event, "event");
		Objects.requireNonNull(error, "error");
		Objects.requireNonNull(heldSince, "heldSince");
	}

}
