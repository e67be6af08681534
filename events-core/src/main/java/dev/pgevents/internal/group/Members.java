package dev.pgevents.internal.group;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import dev.pgevents.Event;
import org.jspecify.annotations.Nullable;

/**
 * The handlers of a group in this process, of which each event has one at most.
 * Thread-safe without a lock: who reads sees a change as a whole or not at all.
 */
final class Members {

	private final String group;

	private final AtomicReference<Roster> roster = new AtomicReference<>(new Roster(0, List.of(), 1));

	Members(String group) {
		this.group = group;
	}

	/**
	 * Adds a handler.
	 * @param member the handler
	 * @throws IllegalStateException if another one may get the same events
	 */
	void add(Member member) {
		this.roster.updateAndGet((before) -> {
			before.members().forEach((other) -> refuseOverlap(other, member));
			List<Member> members = new ArrayList<>(before.members());
			members.add(member);
			return before.with(members);
		});
	}

	private void refuseOverlap(Member other, Member member) {
		if (Interest.overlap(other.filter(), member.filter())) {
			throw new IllegalStateException("group " + this.group + " has two handlers for the same events: " + other
					+ " and " + member
					+ ". Within a group each event goes to one handler: narrow one of them, or name another group");
		}
	}

	void remove(Member member) {
		this.roster.updateAndGet(
				(before) -> before.with(before.members().stream().filter((other) -> other != member).toList()));
	}

	/** Who they are now. */
	Roster now() {
		return this.roster.get();
	}

	/** Whose handler an event is for; null where none asks for it. */
	@Nullable Member of(Event event) {
		for (Member member : now().members()) {
			if (member.filter().matches(event)) {
				return member;
			}
		}
		return null;
	}

	/**
	 * The handlers at some time.
	 *
	 * @param version counts their changes
	 * @param members the handlers
	 * @param bufferSize the size of the largest of their buffers
	 */
	record Roster(int version, List<Member> members, int bufferSize) {

		Roster {
			members = List.copyOf(members);
		}

		private Roster with(List<Member> members) {
			return new Roster(this.version + 1, members, members.stream().mapToInt(Member::bufferSize).max().orElse(1));
		}

	}

}
