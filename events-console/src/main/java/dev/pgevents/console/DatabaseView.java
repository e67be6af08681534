package dev.pgevents.console;

import java.time.Instant;
import java.util.List;

import dev.pgevents.postgres.ServerSession;
import dev.pgevents.postgres.ServerStatus;
import org.jspecify.annotations.Nullable;

/**
 * The database as the page shows it.
 *
 * @param asked when it was asked
 * @param status how its queue is, or null if it has not answered
 * @param sessions who is connected to it for events
 * @param problem why it has not answered, or null
 */
record DatabaseView(Instant asked, @Nullable ServerStatus status, List<ServerSession> sessions,
		@Nullable String problem) {

}
