package dev.pgevents.postgres;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * How the listening connection is, and if it is not well, since when and why.
 *
 * @param state where it stands
 * @param notDeliveringSince since when events may not arrive, for longer than one attempt
 * maybe; null while they do
 * @param problem what was wrong at the last attempt; null while events arrive, and before
 * the first attempt has ended
 * @since 0.1
 */
public record ConnectionStatus(ConnectionState state, @Nullable Instant notDeliveringSince, @Nullable String problem) {

}
