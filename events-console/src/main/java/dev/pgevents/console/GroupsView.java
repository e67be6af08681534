package dev.pgevents.console;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * The groups of the event log as the page shows them.
 *
 * @param asked when the log was asked
 * @param groups how they stand
 * @param problem why the log has not answered, or null
 */
record GroupsView(Instant asked, List<Group> groups, @Nullable String problem) {

	/**
	 * A group.
	 *
	 * @param name its name
	 * @param types the types that its handlers ask for, all if empty
	 * @param lag how many positions lie before it
	 * @param held how many events wait for another attempt, or behind one that does
	 * @param parked how many events have failed for good
	 * @param partitions how many partitions it has
	 * @param owners how many of them each instance handles
	 * @param events the first of the parked events
	 */
	record Group(String name, Set<String> types, long lag, long held, long parked, int partitions,
			Map<String, Integer> owners, List<Parked> events) {

	}

	/**
	 * A parked event.
	 *
	 * @param id its id
	 * @param type its type
	 * @param app its app id, or null
	 * @param attempts how often it was tried
	 * @param since when it failed first
	 * @param error what the handler threw, or null where payloads are not to be shown
	 */
	record Parked(String id, String type, @Nullable String app, int attempts, Instant since, @Nullable String error) {

	}

}
