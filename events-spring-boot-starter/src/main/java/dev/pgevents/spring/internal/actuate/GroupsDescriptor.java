package dev.pgevents.spring.internal.actuate;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

import dev.pgevents.Event;
import dev.pgevents.EventLog;
import dev.pgevents.EventsException;
import dev.pgevents.GroupStatus;
import dev.pgevents.HeldEvent;
import dev.pgevents.ParkedEvent;
import org.jspecify.annotations.Nullable;

/**
 * The groups of the event log as the endpoint shows them.
 *
 * @param groups all that there are, whichever service runs them, or null if the log has
 * not answered
 * @param error why it has not
 * @since 0.1
 */
public record GroupsDescriptor(@Nullable List<Group> groups, @Nullable String error) {

	/** How many failed and how many parked events of each group are shown. */
	private static final int EVENTS = 50;

	/** How many partitions of each group are shown. */
	private static final int PARTITIONS = 10;

	static GroupsDescriptor of(EventLog log, Map<String, String> problems) {
		try {
			return new GroupsDescriptor(log.groups().stream().map((group) -> brief(log, group, problems)).toList(),
					null);
		}
		catch (EventsException | IllegalStateException ex) {
			return notAsked(String.valueOf(ex.getMessage()));
		}
	}

	static GroupsDescriptor notAsked(String reason) {
		return new GroupsDescriptor(null, reason);
	}

	/** What is worth a look: of an app that fails many events may be waiting. */
	private static Group brief(EventLog log, GroupStatus group, Map<String, String> problems) {
		return group(group, problems, furthestBehind(group),
				held(log, group).filter((held) -> !held.error().isEmpty()).limit(EVENTS),
				parked(log, group).limit(EVENTS));
	}

	/** All that is known of one group; null if there is none of that name. */
	static @Nullable Group of(EventLog log, String name, Map<String, String> problems) {
		return log.groups()
			.stream()
			.filter((group) -> group.name().equals(name))
			.findFirst()
			.map((group) -> group(group, problems, group.partitions(), held(log, group), parked(log, group)))
			.orElse(null);
	}

	private static Stream<HeldEvent> held(EventLog log, GroupStatus group) {
		return (group.held() > 0) ? log.held(group.name()).stream() : Stream.empty();
	}

	private static Stream<ParkedEvent> parked(EventLog log, GroupStatus group) {
		return (group.parked() > 0) ? log.parked(group.name()).stream() : Stream.empty();
	}

	private static Group group(GroupStatus group, Map<String, String> problems, List<GroupStatus.Partition> partitions,
			Stream<HeldEvent> held, Stream<ParkedEvent> parked) {
		Map<String, Integer> owners = new TreeMap<>();
		group.partitions()
			.stream()
			.map(GroupStatus.Partition::owner)
			.filter(Objects::nonNull)
			.forEach((owner) -> owners.merge(owner, 1, Integer::sum));
		int owned = owners.values().stream().mapToInt(Integer::intValue).sum();
		return new Group(group.name(), new TreeSet<>(group.types()), group.lag(), group.held(), group.parked(),
				problems.get(group.name()), owners, group.partitions().size() - owned, partitions,
				held.map(Waiting::of).toList(), parked.map(Waiting::of).toList());
	}

	private static List<GroupStatus.Partition> furthestBehind(GroupStatus group) {
		return group.partitions()
			.stream()
			.filter((partition) -> partition.lag() > 0)
			.sorted(Comparator.comparingLong(GroupStatus.Partition::lag).reversed())
			.limit(PARTITIONS)
			.toList();
	}

	/**
	 * A group.
	 *
	 * @param name its name
	 * @param types the types that its handlers ask for, all if empty
	 * @param lag how many positions lie before it
	 * @param held how many events wait for another attempt, or behind one that does
	 * @param parked how many events have failed for good
	 * @param problem why this process handles nothing of it, or null
	 * @param owners which instances handle it, each with the number of its partitions
	 * @param unowned how many partitions no instance handles
	 * @param partitions among all groups those that are furthest behind, if any are;
	 * where it is asked for alone all of them
	 * @param heldEvents the first of those that have failed and are tried again; where it
	 * is asked for alone also those that wait behind another one of their app
	 * @param parkedEvents the first of those that are parked; where it is asked for alone
	 * all of them
	 */
	public record Group(String name, Set<String> types, long lag, long held, long parked, @Nullable String problem,
			Map<String, Integer> owners, int unowned, List<GroupStatus.Partition> partitions, List<Waiting> heldEvents,
			List<Waiting> parkedEvents) {

	}

	/**
	 * An event that is held or parked. What it carries is not shown.
	 *
	 * @param id its id
	 * @param type its type
	 * @param app its app id, or null
	 * @param position where it stands in the log
	 * @param attempts how often it was tried
	 * @param since when it failed first, or began to wait
	 * @param nextAttempt when it is tried again at the earliest, or null
	 * @param reason what the handler threw at the last attempt
	 */
	public record Waiting(String id, String type, @Nullable String app, String position, int attempts, Instant since,
			@Nullable Instant nextAttempt, String reason) {

		private static Waiting of(HeldEvent held) {
			return of(held.event(), held.attempts(), held.heldSince(), held.nextAttempt(),
					held.error().isEmpty() ? "waits behind an earlier event of its app" : held.error());
		}

		private static Waiting of(ParkedEvent parked) {
			return of(parked.event(), parked.attempts(), parked.heldSince(), null, parked.error());
		}

		private static Waiting of(Event event, int attempts, Instant since, @Nullable Instant next, String reason) {
			return new Waiting(event.id().toString(), event.type().value(), event.appId(),
					String.valueOf(event.position()), attempts, since, next, reason);
		}

	}

}
