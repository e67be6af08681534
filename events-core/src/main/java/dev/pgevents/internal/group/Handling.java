package dev.pgevents.internal.group;

import dev.pgevents.Event;
import org.jspecify.annotations.Nullable;

/**
 * The way of an event from its arrival to the end of its handler, without a statement: it
 * is offered to its handler by the thread that brings it if the partition is idle, and
 * else by the thread that has handled the one before it. {@link InHand} has the stages.
 * Takes the lock of the {@link Assignment}, and holds none while a handler runs.
 * Thread-safe.
 *
 * <p>
 * The thread that brings events is the one that listens; in memory, any that publishes.
 */
final class Handling {

	/** How often an attempt is repeated that does not count. */
	private static final int MAX_UNCOUNTED = 100;

	private final String group;

	private final Members members;

	private final Assignment assignment;

	private final CursorMoves cursors;

	/** Attempts that do not count, since one that does. */
	private int uncounted;

	private long handled;

	private long failed;

	Handling(String group, Members members, Assignment assignment, CursorMoves cursors) {
		this.group = group;
		this.members = members;
		this.assignment = assignment;
		this.cursors = cursors;
	}

	/** Events may have been missed. By the thread that brings events. */
	void missed() {
		try (Change change = this.assignment.change()) {
			this.assignment.all(change).forEach((partition) -> partition.arrivals().missed());
			change.work();
		}
	}

	/**
	 * Something may have been missed of one partition. By the thread that brings events.
	 */
	void missed(int number) {
		try (Change change = this.assignment.change()) {
			PartitionState partition = this.assignment.find(number, change);
			if (partition == null) {
				this.assignment.heard(number, 0, change);
				return;
			}
			partition.arrivals().missed();
			change.work();
		}
	}

	/**
	 * An event has arrived, known to be committed at its position. By the thread that
	 * brings events.
	 */
	void arrived(Event event, int number) {
		try (Change change = this.assignment.change()) {
			PartitionState partition = this.assignment.find(number, change);
			if (partition == null) {
				this.assignment.heard(number, Arrivals.number(event), change);
				return;
			}
			Arrivals arrivals = partition.arrivals();
			if (!partition.isStale() && arrivals.arrived(event)) {
				takeNext(partition, change);
			}
			else if (arrivals.isBehind()) {
				change.work();
			}
		}
	}

	/**
	 * Takes the next event of a partition in hand, if it is time for one. By everybody
	 * who has changed something that may have kept it from that.
	 */
	void takeNext(PartitionState partition, Change change) {
		while (partition.isIdle() && !this.assignment.isClosing(change)) {
			if (partition.isRetryDue(System.nanoTime())) {
				change.work();
				return;
			}
			Event event = partition.arrivals().poll();
			if (event == null) {
				if (partition.arrivals().isBehind()) {
					change.work();
				}
				return;
			}
			Member member = this.members.of(event);
			if (member == null) {
				this.cursors.done(partition, event, change);
			}
			else if (partition.holdsAppOf(event)) {
				partition.take(event, null).settle(InHand.Todo.QUEUE, null);
				change.work();
			}
			else {
				change.offer(member, partition.take(event, member));
			}
		}
	}

	/** Takes a held event in hand, whose next attempt is due. By the store's task. */
	void take(PartitionState partition, HeldEvent due, Change change) {
		Member member = this.members.of(due.event());
		InHand taken = partition.take(due, member);
		if (member != null) {
			change.offer(member, taken);
		}
		else {
			taken.settle(InHand.Todo.HANDLED, null);
			change.work();
		}
	}

	/**
	 * Calls a handler with an event that was offered to it, unless meanwhile that has
	 * become another process's. By a thread of its subscription.
	 * @throws Exception what the handler is to be blamed for
	 */
	void handle(Member member, int number, Event event) throws Exception {
		InHand inHand = begin(number, event);
		if (inHand == null) {
			return;
		}
		Attempt attempt = new Attempt(this.group, event, inHand.attempts() + 1, inHand.isHeld(), () -> enlist(inHand));
		Throwable thrown = null;
		try {
			attempt.run(() -> member.handler().onEvent(event));
		}
		catch (Throwable ex) {
			thrown = ex;
		}
		rethrow(end(inHand, Ending.of(attempt.state(), thrown)));
	}

	private @Nullable InHand begin(int number, Event event) {
		try (Change change = this.assignment.change()) {
			PartitionState partition = this.assignment.find(number, change);
			InHand inHand = (partition != null && !partition.isStale()) ? partition.inHand() : null;
			if (inHand == null || !inHand.isOffered() || !inHand.event().equals(event)) {
				return null;
			}
			inHand.begin();
			return inHand;
		}
	}

	private Cursor enlist(InHand inHand) {
		try (Change change = this.assignment.change()) {
			return this.cursors.enlist(inHand, change);
		}
	}

	private @Nullable Throwable end(InHand inHand, Ending ending) {
		try (Change change = this.assignment.change()) {
			PartitionState partition = inHand.partition();
			Throwable blamed = settle(inHand, ending, change);
			this.failed += (blamed != null) ? 1 : 0;
			if (partition.inHand() == null) {
				takeNext(partition, change);
			}
			if (inHand.isSettled() || partition.isStale() || partition.isSurplus()) {
				change.work();
			}
			return blamed;
		}
	}

	private @Nullable Throwable settle(InHand inHand, Ending ending, Change change) {
		PartitionState partition = inHand.partition();
		Ending.Kind kind = ending.kind();
		if (partition.isStale() || kind == Ending.Kind.FENCED
				|| (kind == Ending.Kind.INTERRUPTED && this.assignment.isClosing(change))) {
			partition.putDown();
			this.assignment.lose(partition, change);
		}
		else if (kind == Ending.Kind.COMMITTED || kind == Ending.Kind.HANDLED) {
			this.uncounted = 0;
			this.handled += (ending.problem() == null) ? 1 : 0;
			handled(inHand, kind == Ending.Kind.COMMITTED, change);
		}
		else if (kind == Ending.Kind.REPEATABLE && ++this.uncounted < MAX_UNCOUNTED) {
			partition.again(inHand);
			return null;
		}
		else {
			inHand.settle(inHand.isHeld() ? InHand.Todo.FAILED_AGAIN : InHand.Todo.HOLD, ending.problem());
		}
		return ending.problem();
	}

	private void handled(InHand inHand, boolean committed, Change change) {
		PartitionState partition = inHand.partition();
		if (inHand.isHeld()) {
			inHand.settle(committed ? InHand.Todo.REFRESH : InHand.Todo.HANDLED, null);
			return;
		}
		partition.putDown();
		if (committed) {
			partition.acknowledged(inHand.event());
		}
		else {
			this.cursors.done(partition, inHand.event(), change);
		}
	}

	private static void rethrow(@Nullable Throwable error) throws Exception {
		if (error instanceof Error serious) {
			throw serious;
		}
		if (error instanceof Exception exception) {
			throw exception;
		}
	}

	/** What was done here. By anybody. */
	GroupCounts counts(long unrecorded) {
		try (Change change = this.assignment.change()) {
			return new GroupCounts(this.group, this.assignment.all(change).size(), this.handled, this.failed,
					unrecorded);
		}
	}

}
