package dev.pgevents.console;

import java.time.Instant;

import dev.pgevents.Event;
import org.jspecify.annotations.Nullable;

/**
 * Knows when transactions committed, so that the console shows how long an event took
 * from there, apart from the time that the transaction itself took after it had published
 * the event. A bean of this type is asked for each event, on the thread of the console's
 * handler; thread-safe.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface CommitTimes {

	/**
	 * When an event's transaction began to commit.
	 * @param event the event, as it was received
	 * @return the time by this machine's clock, or null where it is not known: the event
	 * was published by another process, or without a transaction
	 */
	@Nullable Instant committed(Event event);

}
