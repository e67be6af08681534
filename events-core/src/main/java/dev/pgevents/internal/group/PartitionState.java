package dev.pgevents.internal.group;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.UUID;

import dev.pgevents.Event;
import dev.pgevents.Position;
import org.jspecify.annotations.Nullable;

/**
 * A partition that this process owns: what has arrived of it, what is in hand, and how
 * far it is. At most one event is in hand. Not thread-safe: its group guards it with its
 * lock.
 */
final class PartitionState {

	/** How many events wait for the page that fills the hole before them. */
	private static final int MAX_AHEAD = 1000;

	final int partition;

	final long epoch;

	/** Events that follow each other without a hole, up to {@link #received}. */
	final Deque<Event> pending = new ArrayDeque<>();

	/** Events behind a hole. */
	private final Deque<Event> ahead = new ArrayDeque<>();

	/** The last position that is known to have been handled, or to need no handling. */
	private long done;

	/** The event at {@link #done}; null where it is kept no longer, or was not here. */
	private @Nullable UUID doneEvent;

	/** Whether the last event in hand was a held one: others have their turn then. */
	private boolean heldLast;

	/** What {@link #done} was when the cursor moved. */
	private long acknowledged;

	/** Up to here everything has arrived. */
	long received;

	/** There may be events that have not arrived: a page has to be read. */
	boolean behind;

	/** Another process waits for the partition. */
	boolean surplus;

	/** Nothing counts any more that is done here; gone once nothing is in hand. */
	boolean stale;

	/** A statement that moves the cursor is under way. */
	boolean moving;

	Held held;

	/** When to look for a held event, in {@code System.nanoTime()}; null for never. */
	@Nullable Long retryAt;

	private @Nullable InHand inHand;

	PartitionState(Share.Owned owned, long now) {
		this.partition = owned.cursor().partition();
		this.epoch = owned.cursor().epoch();
		this.acknowledged = owned.cursor().position();
		this.done = this.acknowledged;
		this.received = this.acknowledged;
		this.behind = owned.head() > this.received;
		this.surplus = owned.surplus();
		this.held = owned.held();
		held(owned.held(), now);
	}

	void held(Held held, long now) {
		this.held = held;
		this.retryAt = (held.due() != null) ? now + held.due().toNanos() : null;
	}

	boolean isRetryDue(long now) {
		return this.retryAt != null && now - this.retryAt >= 0 && !(this.heldLast && !this.pending.isEmpty());
	}

	Cursor cursor() {
		return new Cursor(this.partition, this.acknowledged, this.epoch);
	}

	/** An event needs no handling any more. */
	void done(Event event) {
		this.done = number(event);
		this.doneEvent = event.id();
	}

	/** The cursor stands at an event, which needs no handling any more. */
	void acknowledged(Event event) {
		done(event);
		this.acknowledged = this.done;
	}

	void acknowledged(long position) {
		this.acknowledged = position;
	}

	long done() {
		return this.done;
	}

	Progress progress() {
		return new Progress(cursor(), this.done, this.doneEvent);
	}

	boolean isDirty() {
		return this.done > this.acknowledged;
	}

	/** Whether something may be begun. */
	boolean isIdle() {
		return this.inHand == null && !this.stale && !this.surplus;
	}

	@Nullable InHand inHand() {
		return this.inHand;
	}

	InHand take(Event event, @Nullable Member member, int attempts, boolean held) {
		InHand taken = new InHand(event, member, attempts, held);
		this.inHand = taken;
		this.heldLast = held;
		return taken;
	}

	void putDown() {
		this.inHand = null;
	}

	/**
	 * An event has arrived by itself.
	 * @return whether it is one of those to be handled now or later
	 */
	boolean arrived(Event event, boolean room) {
		long number = number(event);
		if (number <= this.received || this.stale) {
			return false;
		}
		if (number == this.received + 1 && room) {
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

	/** A page was read, from {@link #received} on. */
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

	/** Nothing up to a position is kept any more. */
	void expired(long position) {
		this.received = Math.max(this.received, position);
		if (this.done < position) {
			this.done = position;
			this.doneEvent = null;
		}
	}

	private void append(Event event) {
		this.pending.add(event);
		this.received = number(event);
	}

	static long number(Event event) {
		Position position = event.position();
		if (position == null) {
			throw new IllegalStateException(event + " has no position in the event log");
		}
		return position.number();
	}

	/** What is to be written about the event in hand, once it is settled. */
	enum Todo {

		/** Nothing: it is being handled. */
		NONE,

		/** Hold it behind another one of its app. */
		QUEUE,

		/** Hold it: it has failed. */
		HOLD,

		/** It is held no longer. */
		HANDLED,

		/** It is held for longer. */
		FAILED_AGAIN,

		/** It is held no longer, which is written already. */
		REFRESH

	}

	/** The event in hand. */
	static final class InHand {

		final Event event;

		/** Whose handler it is for; null where none has to be called. */
		final @Nullable Member member;

		final boolean held;

		/** How often it was tried before. */
		final int attempts;

		boolean begun;

		boolean enlisted;

		Todo todo = Todo.NONE;

		@Nullable Throwable error;

		private InHand(Event event, @Nullable Member member, int attempts, boolean held) {
			this.event = event;
			this.member = member;
			this.attempts = attempts;
			this.held = held;
		}

		void settle(Todo todo, @Nullable Throwable error) {
			this.todo = todo;
			this.error = error;
		}

	}

}
