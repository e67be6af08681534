package dev.pgevents.dispatch;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.OverflowPolicy;
import org.jspecify.annotations.Nullable;

/**
 * What waits for a subscription's handler, in order and bounded. With a concurrency above
 * one, events of an app that is being handled are passed over, and nothing passes a gap.
 * Not thread-safe: its subscription guards it with its lock.
 */
final class Buffer {

	private final SlotList slots = new SlotList();

	private final Map<LatestKey, Slot> latest = new HashMap<>();

	private final int capacity;

	private final OverflowPolicy overflow;

	private final @Nullable AppOrder appOrder;

	private final Clock clock;

	private int events;

	private int inHand;

	private long received;

	private long dropped;

	private long coalesced;

	Buffer(int capacity, OverflowPolicy overflow, boolean parallel, Clock clock) {
		this.capacity = capacity;
		this.overflow = overflow;
		this.appOrder = parallel ? new AppOrder() : null;
		this.clock = clock;
	}

	void add(Event event) {
		this.received++;
		if (this.overflow == OverflowPolicy.LATEST_PER_APP) {
			coalesce(event);
		}
		if (this.events >= this.capacity) {
			this.dropped++;
			Gap gap = overflow();
			if (this.overflow == OverflowPolicy.DROP_NEWEST) {
				append(gap);
				return;
			}
			dropOldest(gap);
		}
		Slot slot = new Slot(event);
		this.slots.append(slot);
		this.events++;
		if (this.appOrder != null) {
			this.appOrder.added(slot);
		}
		if (this.overflow == OverflowPolicy.LATEST_PER_APP) {
			this.latest.put(LatestKey.of(event), slot);
		}
	}

	/** Puts a gap at the end; one of the same reason among the gaps there takes it in. */
	void append(Gap gap) {
		Slot end = this.slots.last();
		for (Slot slot = end; slot != null && slot.delivery instanceof Gap waiting; slot = slot.previous) {
			if (waiting.reason() == gap.reason()) {
				replace(slot, waiting.merge(gap));
				return;
			}
		}
		insert(end, gap);
	}

	/** The next delivery that may be handled now, or null. */
	@Nullable Delivery take() {
		Slot first = this.slots.first();
		if (first == null) {
			return null;
		}
		if (this.appOrder == null) {
			return taken(first);
		}
		if (first.isGap()) {
			return (this.inHand == 0) ? taken(first) : null;
		}
		Slot next = this.appOrder.next();
		return (next != null) ? taken(next) : null;
	}

	/** What was taken has been handled. */
	void done(Delivery delivery) {
		this.inHand--;
		if (this.appOrder != null && delivery instanceof Event event) {
			this.appOrder.done(event);
		}
	}

	void clear() {
		while (this.slots.first() != null) {
			Slot slot = this.slots.first();
			this.slots.remove(slot);
			if (slot.delivery instanceof Event) {
				this.dropped++;
			}
		}
		this.latest.clear();
		this.events = 0;
	}

	boolean isEmpty() {
		return this.slots.first() == null;
	}

	int events() {
		return this.events;
	}

	long received() {
		return this.received;
	}

	long dropped() {
		return this.dropped;
	}

	long coalesced() {
		return this.coalesced;
	}

	private void coalesce(Event event) {
		Slot older = this.latest.remove(LatestKey.of(event));
		if (older != null) {
			removeEvent(older);
			this.coalesced++;
		}
	}

	/**
	 * Drops the oldest event; the gap stands in its place, merged with its neighbours.
	 */
	private void dropOldest(Gap gap) {
		Slot oldest = this.slots.first();
		Slot lastGap = null;
		while (oldest != null && oldest.isGap()) {
			lastGap = oldest;
			oldest = oldest.next;
		}
		if (oldest == null) {
			throw new IllegalStateException("a full buffer holds no event");
		}
		Slot after = oldest.next;
		removeEvent(oldest);
		Slot merged = mergedBackwards(lastGap, gap);
		if (merged == null) {
			insert(lastGap, gap);
		}
		joinGaps(after);
	}

	private @Nullable Slot mergedBackwards(@Nullable Slot from, Gap gap) {
		for (Slot slot = from; slot != null && slot.delivery instanceof Gap waiting; slot = slot.previous) {
			if (waiting.reason() == gap.reason()) {
				return replace(slot, waiting.merge(gap));
			}
		}
		return null;
	}

	/** Gaps that have become neighbours: one of each reason is enough. */
	private void joinGaps(@Nullable Slot after) {
		Slot slot = after;
		while (slot != null && slot.delivery instanceof Gap later) {
			Slot next = slot.next;
			Slot before = slot.previous;
			Slot merged = mergedBackwards(before, later);
			if (merged != null) {
				removeGap(slot);
			}
			slot = next;
		}
	}

	private Slot replace(Slot slot, Gap gap) {
		Slot before = slot.previous;
		removeGap(slot);
		return insert(before, gap);
	}

	private Slot insert(@Nullable Slot before, Gap gap) {
		Slot slot = new Slot(gap);
		this.slots.insertAfter(before, slot);
		if (this.appOrder != null) {
			this.appOrder.changed(this.slots);
		}
		return slot;
	}

	private void removeGap(Slot slot) {
		this.slots.remove(slot);
	}

	private void removeEvent(Slot slot) {
		this.slots.remove(slot);
		this.events--;
		if (slot.delivery instanceof Event event) {
			if (this.overflow == OverflowPolicy.LATEST_PER_APP) {
				this.latest.remove(LatestKey.of(event), slot);
			}
			if (this.appOrder != null) {
				this.appOrder.removed(slot);
			}
		}
	}

	private Delivery taken(Slot slot) {
		this.inHand++;
		if (slot.isGap()) {
			removeGap(slot);
			if (this.appOrder != null) {
				this.appOrder.changed(this.slots);
			}
		}
		else {
			removeEvent(slot);
			if (this.appOrder != null) {
				this.appOrder.taken(slot);
			}
		}
		return slot.delivery;
	}

	private Gap overflow() {
		Instant now = this.clock.instant();
		return new Gap(Gap.Reason.OVERFLOW, now, now, 1);
	}

	private record LatestKey(EventType type, @Nullable String appId) {

		static LatestKey of(Event event) {
			return new LatestKey(event.type(), event.appId());
		}

	}

	/**
	 * Which events may be handled beside each other: the oldest waiting one of each app
	 * that is not being handled, up to the first gap.
	 */
	private static final class AppOrder {

		private static final String NO_APP = "\0";

		private final Map<String, ArrayDeque<Slot>> waiting = new HashMap<>();

		private final ArrayDeque<String> free = new ArrayDeque<>();

		private final Set<String> busy = new HashSet<>();

		private boolean behindGap;

		void added(Slot slot) {
			if (!this.behindGap) {
				admit(slot);
			}
		}

		/** A gap came or went: what stands before the first one is admitted anew. */
		void changed(SlotList slots) {
			this.waiting.clear();
			this.free.clear();
			this.behindGap = false;
			for (Slot slot = slots.first(); slot != null; slot = slot.next) {
				if (slot.isGap()) {
					this.behindGap = true;
					return;
				}
				admit(slot);
			}
		}

		void removed(Slot slot) {
			String app = app(slot);
			ArrayDeque<Slot> queue = this.waiting.get(app);
			if (queue != null && queue.remove(slot) && queue.isEmpty()) {
				this.waiting.remove(app);
				this.free.remove(app);
			}
		}

		void taken(Slot slot) {
			String app = app(slot);
			this.busy.add(app);
			this.free.remove(app);
		}

		void done(Event event) {
			String app = app(event);
			this.busy.remove(app);
			if (this.waiting.containsKey(app)) {
				this.free.add(app);
			}
		}

		@Nullable Slot next() {
			String app = this.free.peek();
			ArrayDeque<Slot> queue = (app != null) ? this.waiting.get(app) : null;
			return (queue != null) ? queue.peek() : null;
		}

		private void admit(Slot slot) {
			String app = app(slot);
			ArrayDeque<Slot> queue = this.waiting.computeIfAbsent(app, (key) -> new ArrayDeque<>());
			if (queue.isEmpty() && !this.busy.contains(app)) {
				this.free.add(app);
			}
			queue.add(slot);
		}

		private static String app(Slot slot) {
			return (slot.delivery instanceof Event event) ? app(event) : NO_APP;
		}

		private static String app(Event event) {
			return (event.appId() != null) ? event.appId() : NO_APP;
		}

	}

}
