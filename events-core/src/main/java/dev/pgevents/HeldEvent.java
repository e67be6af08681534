package dev.pgevents;

import java.time.Instant;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * An event that a group has not handled yet though it has passed it: it failed and is
 * tried again, or it waits behind one of its app that did.
 *
 * @param event the event
 * @param attempts how often it was tried, 0 for one that waits behind another
 * @param error what the handler threw at the last attempt, in one line; empty for one
 * that waits behind another
 * @param heldSince since when it waits
 * @param nextAttempt when it is tried again at the earliest, or null if that depends on
 * the one it waits behind
 * @since 0.1
 */
public record HeldEvent(Event event, int attempts, String error, Instant heldSince, @Nullable Instant nextAttempt) {

	/**
	 * Checks the parts.
	 */
	public HeldEvent {
		Objects.requireNonNull(event, "event");
		Objects.requireNonNull(error, "error");
		Objects.requireNonNull(heldSince, "heldSince");
	}

}
