package dev.pgevents.memory;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;

import dev.pgevents.Event;
import dev.pgevents.EventLog;
import dev.pgevents.GroupStatus;
import dev.pgevents.HeldEvent;
import dev.pgevents.ParkedEvent;
import dev.pgevents.Position;
import dev.pgevents.StartPosition;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.internal.group.Cursor;
import dev.pgevents.internal.group.Failure;
import dev.pgevents.internal.group.GroupStore;
import dev.pgevents.internal.group.Held;
import dev.pgevents.internal.group.Interest;
import dev.pgevents.internal.group.Page;
import dev.pgevents.internal.group.Partitions;
import dev.pgevents.internal.group.Progress;
import dev.pgevents.internal.group.Share;
import org.jspecify.annotations.Nullable;

/**
 * The event log of a bus in one process: as many of the newest events as it has room for.
 * Thread-safe.
 */
final class MemoryLog implements GroupStore, EventLog {

	private static final Partitions PARTITIONS = new Partitions(16);

	private final ReentrantLock lock = new ReentrantLock();

	private final int capacity;

	private final Clock clock;

	private final Runnable onChange;

	/** All that are kept, in the order in which they were published. */
	private final TreeMap<Long, Entry> entries = new TreeMap<>();

	private final List<TreeMap<Long, Entry>> partitions = new ArrayList<>();

	private final long[] heads = new long[PARTITIONS.total()];

	private final long[] expired = new long[PARTITIONS.total()];

	private final Map<String, MemoryGroup> groups = new TreeMap<>();

	private long next = 1;

	/**
	 * Creates an empty log.
	 * @param capacity how many events are kept
	 * @param clock gives the time at which events are recorded
	 * @param onChange called when a group was changed from outside
	 */
	MemoryLog(int capacity, Clock clock, Runnable onChange) {
		this.capacity = capacity;
		this.clock = clock;
		this.onChange = onChange;
		for (int i = 0; i < PARTITIONS.total(); i++) {
			this.partitions.add(new TreeMap<>());
		}
	}

	/** Records an event; returns it with its position. */
	Event append(Event event) {
		return locked(() -> {
			int partition = PARTITIONS.of(event.appId());
			long number = ++this.heads[partition];
			Event recorded = event.withPosition(new Position(partition, number));
			Entry entry = new Entry(recorded, partition, number, this.clock.instant());
			this.entries.put(this.next++, entry);
			this.partitions.get(partition).put(number, entry);
			if (this.entries.size() > this.capacity) {
				Entry oldest = this.entries.pollFirstEntry().getValue();
				this.partitions.get(oldest.partition()).remove(oldest.number());
				this.expired[oldest.partition()] = oldest.number();
			}
			return recorded;
		});
	}

	@Override
	public Share share(String name, Collection<SubscriptionFilter> filters, StartPosition from) {
		return locked(() -> {
			MemoryGroup group = this.groups.computeIfAbsent(name, (key) -> new MemoryGroup(key, starts(from)));
			String problem = filters.isEmpty() ? null : group.join(filters);
			boolean takesPart = problem == null && !filters.isEmpty();
			List<Share.Owned> owned = new ArrayList<>();
			for (int i = 0; i < PARTITIONS.total(); i++) {
				if (takesPart) {
					group.own(i, true);
				}
				owned.add(new Share.Owned(group.cursor(i), this.heads[i], !takesPart, group.held(i)));
			}
			return new Share(problem, null, owned);
		});
	}

	private long[] starts(StartPosition from) {
		Instant instant = from.instant();
		long[] starts = from.isEarliest() ? this.expired.clone() : this.heads.clone();
		if (instant != null) {
			for (int i = 0; i < starts.length; i++) {
				starts[i] = before(i, instant);
			}
		}
		return starts;
	}

	/** The last position before a time. */
	private long before(int partition, Instant instant) {
		return this.partitions.get(partition)
			.values()
			.stream()
			.filter((entry) -> !entry.recorded().isBefore(instant))
			.findFirst()
			.map((entry) -> entry.number() - 1)
			.orElse(this.heads[partition]);
	}

	/** Each change is announced, and what arrives is never missed. */
	@Override
	public Set<String> outdated(Collection<String> names, boolean thorough) {
		return thorough ? Set.copyOf(names) : Set.of();
	}

	@Override
	public void release(String name, Collection<Cursor> cursors) {
		locked(() -> {
			cursors.forEach((cursor) -> group(name).own(cursor.partition(), false));
			return cursors;
		});
	}

	@Override
	public Page read(int partition, long after, int limit) {
		return locked(() -> {
			Map<Long, Entry> rest = this.partitions.get(partition).tailMap(after, false);
			List<Event> events = rest.values().stream().limit(limit).map(Entry::event).toList();
			return new Page(events, events.size() == limit, this.expired[partition]);
		});
	}

	@Override
	public Set<Integer> acknowledge(String name, Collection<Progress> progress) {
		return locked(() -> {
			MemoryGroup group = group(name);
			Set<Integer> refused = new TreeSet<>();
			for (Progress one : progress) {
				if (!group.move(one.cursor(), one.position())) {
					refused.add(one.cursor().partition());
				}
			}
			return refused;
		});
	}

	@Override
	public boolean hold(String name, Cursor cursor, Event event, Failure failure) {
		return locked(() -> {
			MemoryGroup group = group(name);
			boolean moved = group.move(cursor, number(event));
			if (moved) {
				group.hold(event, failure, this.clock.instant());
			}
			return moved;
		});
	}

	@Override
	public Held held(String name, int partition) {
		return locked(() -> group(name).held(partition));
	}

	@Override
	public dev.pgevents.internal.group.@Nullable HeldEvent due(String name, int partition) {
		return lockedOrNull(() -> group(name).due(partition));
	}

	@Override
	public boolean handled(String name, Cursor cursor, Event event) {
		return locked(() -> group(name).handled(cursor, event));
	}

	@Override
	public boolean failedAgain(String name, Cursor cursor, Event event, Failure failure) {
		return locked(() -> group(name).failedAgain(cursor, event, failure));
	}

	@Override
	public List<Event> read(SubscriptionFilter filter, StartPosition from, int limit) {
		checkLimit(limit);
		Instant instant = from.instant();
		return locked(() -> select(from.isLatest() ? List.of() : this.entries.values(), filter,
				(entry) -> instant == null || !entry.recorded().isBefore(instant), limit));
	}

	@Override
	public List<Event> read(SubscriptionFilter filter, Position from, int limit) {
		checkLimit(limit);
		checkPartition(from);
		return locked(() -> select(this.partitions.get(from.partition()).tailMap(from.number()).values(), filter,
				(entry) -> true, limit));
	}

	private static List<Event> select(Collection<Entry> entries, SubscriptionFilter filter, Predicate<Entry> condition,
			int limit) {
		return entries.stream().filter(condition).map(Entry::event).filter(filter::matches).limit(limit).toList();
	}

	private static void checkLimit(int limit) {
		if (limit < 1 || limit > MAX_READ) {
			throw new IllegalArgumentException("limit is " + limit + ", 1 to " + MAX_READ + " are possible");
		}
	}

	private static void checkPartition(Position position) {
		if (position.partition() >= PARTITIONS.total()) {
			throw new IllegalArgumentException("there is no partition " + position.partition() + ": the event log has "
					+ PARTITIONS.total() + ", from 0 on");
		}
	}

	@Override
	public void rewind(String name, Position next) {
		checkPartition(next);
		change(name, (group) -> {
			if (next.number() > this.heads[next.partition()] + 1) {
				throw new IllegalArgumentException("position " + next + " is in the future: partition "
						+ next.partition() + " has come to " + this.heads[next.partition()]);
			}
			group.set(next.partition(), next.number() - 1);
			return null;
		});
	}

	@Override
	public void rewind(String name, Instant instant) {
		StartPosition start = StartPosition.at(instant);
		change(name, (group) -> {
			long[] starts = starts(start);
			for (int i = 0; i < starts.length; i++) {
				group.set(i, Math.min(starts[i], group.cursor(i).position()));
			}
			return null;
		});
	}

	@Override
	public long lag(String name) {
		return locked(() -> group(name).lag(this.heads));
	}

	@Override
	public List<HeldEvent> held(String name) {
		return locked(() -> group(name).waiting(this.clock.instant()));
	}

	@Override
	public List<ParkedEvent> parked(String name) {
		return locked(() -> group(name).parked());
	}

	@Override
	public int redrive(String name) {
		Integer count = change(name, (group) -> group.redrive((event) -> true));
		return (count != null) ? count : 0;
	}

	@Override
	public boolean redrive(String name, UUID eventId) {
		return Boolean.TRUE.equals(change(name, (group) -> group.redrive((event) -> event.id().equals(eventId)) > 0));
	}

	@Override
	public boolean skip(String name, UUID eventId) {
		return Boolean.TRUE.equals(change(name, (group) -> group.skip(eventId)));
	}

	@Override
	public void narrow(String name, SubscriptionFilter... filters) {
		List<Interest> interests = Interest.narrowed(name, filters);
		change(name, (group) -> {
			group.narrow(interests);
			return null;
		});
	}

	@Override
	public List<GroupStatus> groups() {
		return locked(() -> this.groups.values().stream().map((group) -> group.status(this.heads)).toList());
	}

	private <T> @Nullable T change(String name, Function<MemoryGroup, @Nullable T> action) {
		T result = lockedOrNull(() -> action.apply(group(name)));
		this.onChange.run();
		return result;
	}

	private MemoryGroup group(String name) {
		MemoryGroup group = this.groups.get(name);
		if (group == null) {
			throw new IllegalArgumentException("there is no group " + name + ", only " + this.groups.keySet());
		}
		return group;
	}

	private <T> T locked(Supplier<T> action) {
		this.lock.lock();
		try {
			return action.get();
		}
		finally {
			this.lock.unlock();
		}
	}

	private <T> @Nullable T lockedOrNull(Supplier<@Nullable T> action) {
		this.lock.lock();
		try {
			return action.get();
		}
		finally {
			this.lock.unlock();
		}
	}

	static long number(Event event) {
		Position position = event.position();
		if (position == null) {
			throw new IllegalStateException(event + " has no position in the event log");
		}
		return position.number();
	}

	private record Entry(Event event, int partition, long number, Instant recorded) {

	}

}
