package dev.pgevents.internal.group;

import java.util.ArrayDeque;
import java.util.Deque;

import dev.pgevents.Event;
import dev.pgevents.Position;
import org.jspecify.annotations.Nullable;

/**
 * What has arrived of a partition and was not begun. Events arrive by themselves or in
 * pages, more than once and with holes; they leave in the order of their positions, each
 * once, without a hole. It is <em>behind</em> while there may be events that have not
 * arrived: a page has to be read then, from {@link #received} on. Not thread-safe: the
 * {@link Assignment} guards it with its lock.
 */
final class Arrivals {

	/** How many events wait for the page that fills the hole before them. */
	private static final int MAX_AHEAD = 1000;

	private final Room room;

	/** Events that follow each other without a hole, up to {@link #received}. */
	private final Deque<Event> pending = new ArrayDeque<>();

	/** Events behind a hole. */
	private final Deque<Event> ahead = new ArrayDeque<>();

	private long received;

	private boolean behind;

	/**
	 * Begins where the group is.
	 * @param room has room for those that wait
	 * @param position up to here nothing has to arrive any more
	 * @param head the newest position there is
	 */
	Arrivals(Room room, long position, long head) {
		this.room = room;
		this.received = position;
		exists(head);
	}

	/** Up to here everything has arrived. */
	long received() {
		return this.received;
	}

	boolean isBehind() {
		return this.behind;
	}

	/** Whether a page has to be read before anything else can be begun. */
	boolean needsPage() {
		return this.behind && this.pending.isEmpty();
	}

	boolean isEmpty() {
		return this.pending.isEmpty();
	}

	/** Some may have been missed. */
	void missed() {
		this.behind = true;
	}

	/** There is an event at a position. */
	void exists(long position) {
		this.behind |= position > this.received;
	}

	/** A page is going to be read. */
	void reading() {
		this.behind = false;
	}

	/**
	 * An event has arrived by itself.
	 * @return whether it is one of those that wait now; it is read later if there is no
	 * room for it, or a hole before it
	 */
	boolean arrived(Event event) {
		long number = number(event);
		if (number <= this.received) {
			return false;
		}
		if (number == this.received + 1 && this.room.left() > 0) {
			append(event);
			return true;
		}
		this.behind = true;
		keepAhead(event, number);
		return false;
	}

	private void keepAhead(Event event, long number) {
		Event last = this.ahead.peekLast();
		if (last != null && (number(last) + 1 != number || this.ahead.size() >= MAX_AHEAD)) {
			this.ahead.clear();
		}
		this.ahead.add(event);
	}

	/** A page was read. */
	void arrived(Page page) {
		if (page.more()) {
			this.behind = true;
		}
		page.events().stream().filter((event) -> number(event) > this.received).forEach(this::append);
		Event next = this.ahead.poll();
		while (next != null) {
			if (number(next) == this.received + 1) {
				append(next);
			}
			else if (number(next) > this.received) {
				this.behind = true;
				this.ahead.clear();
			}
			next = this.ahead.poll();
		}
	}

	private void append(Event event) {
		this.pending.add(event);
		this.room.take();
		this.received = number(event);
	}

	/** Nothing up to a position is kept any more. */
	void expired(long position) {
		this.received = Math.max(this.received, position);
	}

	/** The next one to be begun; null where none has arrived. */
	@Nullable Event poll() {
		Event next = this.pending.poll();
		if (next != null) {
			this.room.give(1);
		}
		return next;
	}

	/** The one that was polled last is to be begun again. */
	void putBack(Event event) {
		this.pending.addFirst(event);
		this.room.take();
	}

	/** Nothing waits any more. */
	void clear() {
		this.room.give(this.pending.size());
		this.pending.clear();
	}

	/** All behind a position is to be read again. */
	void restart(long position) {
		clear();
		this.received = position;
		this.behind = true;
	}

	static long number(Event event) {
		Position position = event.position();
		if (position == null) {
			throw new IllegalStateException(event + " has no position in the event log");
		}
		return position.number();
	}

}
