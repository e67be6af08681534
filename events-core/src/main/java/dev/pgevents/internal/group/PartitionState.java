package dev.pgevents.internal.group;

import java.util.UUID;

import dev.pgevents.Event;
import org.jspecify.annotations.Nullable;

/**
 * A partition that this process owns: what has arrived of it, what is in hand, and how
 * far it is. At most one event is in hand, so that events of an app keep their order.
 *
 * <p>
 * It is one of these:
 * <dl>
 * <dt>idle</dt>
 * <dd>nothing is in hand: the next event may be taken</dd>
 * <dt>busy</dt>
 * <dd>an event is {@linkplain InHand in hand}</dd>
 * <dt>surplus</dt>
 * <dd>another process waits for it, or it was assigned for other handlers than those that
 * there are: nothing more is taken, and it is released once nothing is in hand and the
 * cursor stands where it should</dd>
 * <dt>stale</dt>
 * <dd>it is lost, or what is known of its cursor may be wrong: nothing counts any more
 * that is done here; it is gone once no handler runs</dd>
 * </dl>
 * Not thread-safe: the {@link Assignment} guards it with its lock, but for what is final.
 */
final class PartitionState {

	private final int partition;

	private final long epoch;

	private final Arrivals arrivals;

	/** The last position that is known to have been handled, or to need no handling. */
	private long done;

	/** The event at {@link #done}; null where it is kept no longer, or was not here. */
	private @Nullable UUID doneEvent;

	/** What {@link #done} was when the cursor moved. */
	private long acknowledged;

	private boolean moving;

	private boolean surplus;

	private boolean stale;

	private Held held;

	/** When to look for a held event, in {@code System.nanoTime()}; null for never. */
	private @Nullable Long retryAt;

	private @Nullable InHand inHand;

	/** Whether the last event in hand was a held one: others have their turn then. */
	private boolean heldLast;

	PartitionState(Share.Owned owned, Room room) {
		this.partition = owned.cursor().partition();
		this.epoch = owned.cursor().epoch();
		this.acknowledged = owned.cursor().position();
		this.done = this.acknowledged;
		this.arrivals = new Arrivals(room, this.acknowledged, owned.head());
		this.surplus = owned.surplus();
		this.held = owned.held();
		held(owned.held());
	}

	int partition() {
		return this.partition;
	}

	long epoch() {
		return this.epoch;
	}

	Arrivals arrivals() {
		return this.arrivals;
	}

	Cursor cursor() {
		return new Cursor(this.partition, this.acknowledged, this.epoch);
	}

	/** An event needs no handling any more. */
	void done(Event event) {
		this.done = Arrivals.number(event);
		this.doneEvent = event.id();
	}

	/** The cursor stands at an event, which needs no handling any more. */
	void acknowledged(Event event) {
		done(event);
		this.acknowledged = this.done;
	}

	/** Nothing up to a position is kept any more. */
	void expired(long position) {
		this.arrivals.expired(position);
		if (this.done < position) {
			this.done = position;
			this.doneEvent = null;
		}
	}

	/** Whether the cursor has to be moved. */
	boolean isDirty() {
		return this.done > this.acknowledged;
	}

	/** A statement that moves the cursor begins. */
	Progress move() {
		this.moving = true;
		return new Progress(cursor(), this.done, this.doneEvent);
	}

	/** It has ended. */
	void stopped() {
		this.moving = false;
	}

	/** It has moved the cursor. */
	void acknowledged(long position) {
		this.acknowledged = position;
	}

	boolean isMoving() {
		return this.moving;
	}

	boolean isSurplus() {
		return this.surplus;
	}

	void surplus(boolean surplus) {
		this.surplus = surplus;
	}

	boolean isStale() {
		return this.stale;
	}

	/**
	 * Nothing counts any more that is done here.
	 * @return whether it can go: no handler runs
	 */
	boolean stale() {
		this.stale = true;
		if (this.inHand != null && this.inHand.isRunning()) {
			return false;
		}
		this.arrivals.clear();
		return true;
	}

	/** This is held now. */
	void held(Held held) {
		this.held = held;
		this.retryAt = (held.due() != null) ? System.nanoTime() + held.due().toNanos() : null;
	}

	/** Whether others of its app are held, behind which an event has to queue. */
	boolean holdsAppOf(Event event) {
		return this.held.apps().contains(Held.app(event));
	}

	boolean isRetryDue(long now) {
		return this.retryAt != null && now - this.retryAt >= 0 && !(this.heldLast && !this.arrivals.isEmpty());
	}

	@Nullable Long retryAt() {
		return this.retryAt;
	}

	/** Whether something may be taken in hand. */
	boolean isIdle() {
		return this.inHand == null && !this.stale && !this.surplus;
	}

	@Nullable InHand inHand() {
		return this.inHand;
	}

	InHand take(Event event, @Nullable Member member) {
		return take(new InHand(this, event, member, 0, false));
	}

	InHand take(HeldEvent due, @Nullable Member member) {
		return take(new InHand(this, due.event(), member, due.attempts(), true));
	}

	private InHand take(InHand taken) {
		this.inHand = taken;
		this.heldLast = taken.isHeld();
		return taken;
	}

	void putDown() {
		this.inHand = null;
	}

	/** What is in hand was not begun: it is read again, here or elsewhere. */
	void drop(InHand offered) {
		putDown();
		if (!offered.isHeld()) {
			this.arrivals.restart(this.done);
		}
	}

	/** What is in hand is to be begun once more. */
	void again(InHand ended) {
		putDown();
		if (!ended.isHeld()) {
			this.arrivals.putBack(ended.event());
		}
	}

}
