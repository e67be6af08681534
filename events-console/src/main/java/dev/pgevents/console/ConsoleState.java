package dev.pgevents.console;

import java.time.Instant;
import java.util.List;
import java.util.Map;

import org.jspecify.annotations.Nullable;

/**
 * All that the page shows but events: sent once a second.
 *
 * @param now the time here
 * @param application the application's name, or null
 * @param operations whether the page may change something
 * @param payloads whether it may show what events carry
 * @param pages how many pages are open
 * @param missed events that the console itself could not keep up with
 * @param ahead events whose publisher's clock is ahead of this one
 * @param connection how the connection is
 * @param subscriptions the open subscriptions, by name
 * @param stopped the handler methods that are not running
 * @param syncs the synchronizing methods
 * @param gaps the last gaps
 * @param database how the database is, or null if that is not known
 * @param groups the groups of the event log, or null without a log
 * @param seconds the seconds that are over since the last time
 * @param panels what panels show, by their id
 */
record ConsoleState(Instant now, @Nullable String application, boolean operations, boolean payloads, int pages,
		long missed, long ahead, ConnectionView connection, List<SubscriptionView> subscriptions, List<String> stopped,
		List<SyncLog.View> syncs, List<GapLog.View> gaps, @Nullable DatabaseView database, @Nullable GroupsView groups,
		List<Seconds.Second> seconds, Map<String, Object> panels) {

}
