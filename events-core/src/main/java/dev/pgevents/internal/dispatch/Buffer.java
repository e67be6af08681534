package dev.pgevents.internal.dispatch;

import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

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

	private boolean gapInHand;

	private boolean paused;

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
				slot.delivery = waiting.merge(gap);
				return;
			}
		}
		insert(end, gap);
	}

	/** Whether nothing may be handled for now. */
	void pause(boolean paused) {
		this.paused = paused;
	}

	boolean isPaused() {
		return this.paused;
	}

	/** Whether there is a delivery that may be handled now. */
	boolean isReady() {
		return next() != null;
	}

	/** The next delivery that may be handled now, or null. */
	@Nullable Delivery take() {
		Slot next = next();
		return (next != null) ? taken(next) : null;
	}

	private @Nullable Slot next() {
		if (this.paused) {
			return null;
		}
		Slot first = this.slots.first();
		if (first == null || this.appOrder == null) {
			return first;
		}
		if (this.gapInHand) {
			return null;
		}
		if (first.isGap()) {
			return (this.inHand == 0) ? first : null;
		}
		return this.appOrder.next();
	}

	/** What was taken has been handled. */
	void done(Delivery delivery) {
		this.inHand--;
		this.gapInHand = false;
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
		if (this.appOrder != null) {
			this.appOrder.changed(this.slots);
		}
	}

	boolean isEmpty() {
		return this.slots.first() == null;
	}

	/** How many deliveries were taken and not yet handled. */
	int inHand() {
		return this.inHand;
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
			Slot after = older.next;
			removeEvent(older);
			joinGaps(after);
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
		if (!mergedBackwards(lastGap, gap)) {
			insert(lastGap, gap);
		}
		joinGaps(after);
	}

	/** Lets one of the same reason among the gaps up to a slot take in a gap. */
	private static boolean mergedBackwards(@Nullable Slot from, Gap gap) {
		for (Slot slot = from; slot != null && slot.delivery instanceof Gap waiting; slot = slot.previous) {
			if (waiting.reason() == gap.reason()) {
				slot.delivery = waiting.merge(gap);
				return true;
			}
		}
		return false;
	}

	/** Gaps that have become neighbours: one of each reason is enough. */
	private void joinGaps(@Nullable Slot after) {
		Slot slot = after;
		while (slot != null && slot.delivery instanceof Gap later) {
			Slot next = slot.next;
			if (mergedBackwards(slot.previous, later)) {
				this.slots.remove(slot);
			}
			slot = next;
		}
	}

	private void insert(@Nullable Slot before, Gap gap) {
		Slot slot = new Slot(gap);
		this.slots.insertAfter(before, slot);
		if (this.appOrder == null) {
			return;
		}
		if (slot.next == null) {
			this.appOrder.gapAppended();
		}
		else {
			this.appOrder.changed(this.slots);
		}
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
			this.gapInHand = true;
			this.slots.remove(slot);
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

}
