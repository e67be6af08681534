package dev.pgevents.postgres;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A session of the database that is there for events: of a bus, or of another program
 * that listens.
 *
 * @param pid the process id of its backend
 * @param applicationName what it calls itself
 * @param user its user
 * @param address where it comes from; null for a local socket, and where the asking user
 * may not know
 * @param since when it connected, or null where the asking user may not know
 * @param listening whether it listens, as far as can be known from outside
 * @since 0.1
 */
public record ServerSession(int pid, String applicationName, @Nullable String user, @Nullable String address,
		@Nullable Instant since, boolean listening) {

}
