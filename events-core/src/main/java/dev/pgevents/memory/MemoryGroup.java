package dev.pgevents.memory;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.function.Predicate;

import dev.pgevents.Event;
import dev.pgevents.GroupStatus;
import dev.pgevents.ParkedEvent;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.internal.group.Cursor;
import dev.pgevents.internal.group.Failure;
import dev.pgevents.internal.group.Held;
import dev.pgevents.internal.group.HeldEvent;
import dev.pgevents.internal.group.Interest;
import org.jspecify.annotations.Nullable;

/**
 * A group of a log in memory: its cursors, and what it holds. Not thread-safe: its log
 * guards it.
 */
final class MemoryGroup {

	private final String name;

	private final long[] cursors;

	private final long[] epochs;

	private final List<TreeMap<Long, Entry>> held = new ArrayList<>();

	private final List<Interest> interests = new ArrayList<>();

	private final boolean[] owned;

	MemoryGroup(String name, long[] starts) {
		this.name = name;
		this.cursors = starts;
		this.epochs = new long[starts.length];
		this.owned = new boolean[starts.length];
		for (int i = 0; i < starts.length; i++) {
			this.held.add(new TreeMap<>());
		}
	}

	/** Returns why those who ask for so little cannot take part; null if they can. */
	@Nullable String join(Collection<SubscriptionFilter> filters) {
		List<Interest> mine = Interest.of(filters);
		mine.stream().filter((one) -> !this.interests.contains(one)).forEach(this.interests::add);
		return Interest.missing(this.interests, mine);
	}

	void narrow(List<Interest> interests) {
		this.interests.clear();
		this.interests.addAll(interests);
	}

	void own(int partition, boolean own) {
		this.owned[partition] = own;
	}

	Cursor cursor(int partition) {
		return new Cursor(partition, this.cursors[partition], this.epochs[partition]);
	}

	boolean move(Cursor cursor, long position) {
		boolean own = isOwn(cursor) && this.cursors[cursor.partition()] == cursor.position();
		if (own) {
			this.cursors[cursor.partition()] = position;
		}
		return own;
	}

	void set(int partition, long position) {
		this.cursors[partition] = position;
		this.epochs[partition]++;
	}

	private boolean isOwn(Cursor cursor) {
		return this.epochs[cursor.partition()] == cursor.epoch();
	}

	void hold(Event event, Failure failure, Instant since) {
		this.held.get(partition(event)).put(MemoryLog.number(event), new Entry(event, failure, since));
	}

	boolean handled(Cursor cursor, Event event) {
		if (isOwn(cursor)) {
			this.held.get(cursor.partition()).remove(MemoryLog.number(event));
		}
		return isOwn(cursor);
	}

	boolean failedAgain(Cursor cursor, Event event, Failure failure) {
		if (isOwn(cursor)) {
			this.held.get(cursor.partition())
				.computeIfPresent(MemoryLog.number(event),
						(number, entry) -> new Entry(entry.event, failure, entry.since));
		}
		return isOwn(cursor);
	}

	/** What is held, and when the first event of one of the apps is due. */
	Held held(int partition) {
		Map<String, Entry> first = firstOfApps(partition);
		Duration due = null;
		for (Entry entry : first.values()) {
			if (!entry.isParked() && (due == null || entry.left().compareTo(due) < 0)) {
				due = entry.left();
			}
		}
		return new Held(first.keySet(), due);
	}

	@Nullable HeldEvent due(int partition) {
		for (Entry entry : firstOfApps(partition).values()) {
			if (!entry.isParked() && entry.left().isZero()) {
				return new HeldEvent(entry.event, entry.failure.attempts());
			}
		}
		return null;
	}

	private Map<String, Entry> firstOfApps(int partition) {
		Map<String, Entry> first = new HashMap<>();
		this.held.get(partition).values().forEach((entry) -> first.putIfAbsent(Held.app(entry.event), entry));
		return first;
	}

	List<dev.pgevents.HeldEvent> waiting(Instant now) {
		return this.held.stream()
			.flatMap((events) -> events.values().stream())
			.filter((entry) -> !entry.isParked())
			.map((entry) -> new dev.pgevents.HeldEvent(entry.event, entry.failure.attempts(), entry.failure.error(),
					entry.since, entry.failure.error().isEmpty() ? null : now.plus(entry.left())))
			.toList();
	}

	List<ParkedEvent> parked() {
		return this.held.stream()
			.flatMap((events) -> events.values().stream())
			.filter(Entry::isParked)
			.map((entry) -> new ParkedEvent(entry.event, entry.failure.attempts(), entry.failure.error(), entry.since))
			.toList();
	}

	int redrive(Predicate<Event> condition) {
		int count = 0;
		for (TreeMap<Long, Entry> events : this.held) {
			for (Map.Entry<Long, Entry> one : events.entrySet()) {
				Entry entry = one.getValue();
				if (entry.isParked() && condition.test(entry.event)) {
					one.setValue(
							new Entry(entry.event, new Failure(0, entry.failure.error(), Duration.ZERO), entry.since));
					count++;
				}
			}
		}
		return count;
	}

	boolean skip(UUID eventId) {
		boolean skipped = false;
		for (TreeMap<Long, Entry> events : this.held) {
			skipped |= events.values().removeIf((entry) -> entry.isParked() && entry.event.id().equals(eventId));
		}
		return skipped;
	}

	long lag(long[] heads) {
		long lag = 0;
		for (int i = 0; i < heads.length; i++) {
			lag += heads[i] - this.cursors[i];
		}
		return lag;
	}

	GroupStatus status(long[] heads) {
		List<GroupStatus.Partition> partitions = new ArrayList<>();
		for (int i = 0; i < heads.length; i++) {
			partitions.add(new GroupStatus.Partition(i, this.owned[i] ? "this process" : null, this.cursors[i],
					heads[i] - this.cursors[i]));
		}
		long all = this.held.stream().mapToLong(Map::size).sum();
		long parked = parked().size();
		return new GroupStatus(this.name, Interest.types(this.interests), lag(heads), all - parked, parked, partitions);
	}

	private static int partition(Event event) {
		return (event.position() != null) ? event.position().partition() : 0;
	}

	private static final class Entry {

		private final Event event;

		private final Failure failure;

		private final Instant since;

		/** By the system's time. */
		private final long dueAt;

		private Entry(Event event, Failure failure, Instant since) {
			this.event = event;
			this.failure = failure;
			this.since = since;
			Duration next = failure.next();
			this.dueAt = System.nanoTime() + ((next != null) ? next.toNanos() : 0);
		}

		private boolean isParked() {
			return this.failure.next() == null;
		}

		private Duration left() {
			return Duration.ofNanos(Math.max(0, this.dueAt - System.nanoTime()));
		}

	}

}
