package dev.pgevents.internal.group;

import java.util.ArrayList;
import java.util.List;

import dev.pgevents.Event;
import dev.pgevents.Position;
import dev.pgevents.SubscriptionFilter;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Whatever arrives, in whatever order and however often, and however little is read at a
 * time: each event leaves once, in order, without a hole.
 */
class ArrivalsProperties {

	private static final int EVENTS = 12;

	/** A step is an event that arrives, a page that is read (negative), or one taken. */
	@Property
	void eachEventLeavesOnceInOrder(@ForAll @IntRange(min = 1, max = 5) int bufferSize,
			@ForAll @Size(max = 60) List<@IntRange(min = -3, max = EVENTS) Integer> steps) {
		Room room = room(bufferSize);
		Arrivals arrivals = new Arrivals(room, 0, EVENTS);
		List<Event> log = log();
		List<Event> taken = new ArrayList<>();
		for (int step : steps) {
			if (step > 0) {
				arrivals.arrived(log.get(step - 1));
			}
			else if (step < 0) {
				read(arrivals, log, Math.min(-step, room.left()));
			}
			else {
				take(arrivals, taken);
			}
		}
		for (int i = 0; i <= 2 * EVENTS; i++) {
			take(arrivals, taken);
			if (arrivals.needsPage()) {
				read(arrivals, log, room.left());
			}
		}
		assertThat(taken).isEqualTo(log);
		assertThat(room.left()).isEqualTo(bufferSize);
	}

	private static void read(Arrivals arrivals, List<Event> log, int limit) {
		if (limit > 0) {
			arrivals.reading();
			List<Event> rest = log.subList((int) arrivals.received(), EVENTS);
			arrivals.arrived(new Page(rest.subList(0, Math.min(limit, rest.size())), rest.size() > limit, 0));
		}
	}

	private static void take(Arrivals arrivals, List<Event> taken) {
		Event next = arrivals.poll();
		if (next != null) {
			taken.add(next);
		}
	}

	private static List<Event> log() {
		List<Event> log = new ArrayList<>();
		for (int i = 1; i <= EVENTS; i++) {
			log.add(Event.of(Rooms.TYPE, "app", i).withPosition(new Position(0, i)));
		}
		return log;
	}

	private static Room room(int bufferSize) {
		Members members = new Members("g");
		members.add(new Member(SubscriptionFilter.all(), (event) -> {
		}, bufferSize));
		return new Room(members);
	}

}
