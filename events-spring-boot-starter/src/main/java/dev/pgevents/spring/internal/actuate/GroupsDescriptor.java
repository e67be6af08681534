package dev.pgevents.spring.internal.actuate;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

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

	/** How many held and how many parked events of a group are shown. */
	private static final int SHOWN = 50;

	static GroupsDescriptor of(EventLog log, Map<String, String> problems) {
		try {
			return new GroupsDescriptor(log.groups().stream().map((group) -> group(log, group, problems)).toList(),
					null);
		}
		catch (EventsException | IllegalStateException ex) {
			return notAsked(String.valueOf(ex.getMessage()));
		}
	}

	static GroupsDescriptor notAsked(String reason) {
		return new GroupsDescriptor(null, reason);
	}

	static Group group(EventLog log, GroupStatus group, Map<String, String> problems) {
		List<Waiting> held = (group.held() > 0) ? log.held(group.name()).stream().limit(SHOWN).map(Waiting::of).toList()
				: List.of();
		List<Waiting> parked = (group.parked() > 0)
				? log.parked(group.name()).stream().limit(SHOWN).map(Waiting::of).toList() : List.of();
		return new Group(group.name(), new TreeSet<>(group.types()), group.lag(), group.held(), group.parked(),
				problems.get(group.name()), group.partitions(), held, parked);
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
	 * @param partitions how far it is in each partition, and who handles that one
	 * @param heldEvents the first of those that are held
	 * @param parkedEvents the first of those that are parked
	 */
	public record Group(String name, Set<String> types, long lag, long held, long parked, @Nullable String problem,
			List<GroupStatus.Partition> partitions, List<Waiting> heldEvents, List<Waiting> parkedEvents) {

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
