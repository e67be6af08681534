package dev.pgevents.internal.group;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;

import dev.pgevents.Event;
import org.jspecify.annotations.Nullable;

/**
 * When cursors move. Where the handler's transaction takes a cursor, that moves it, and
 * where what has become of an event is written down, that does. All other cursors move
 * together, in one statement for many events, after some number of events or some time.
 * One thread at a time moves a cursor: the statement for many leaves out what a handler
 * has taken, and a handler that wants to take one waits for the statement. Takes the lock
 * of the {@link Assignment}, not while it calls the store. Thread-safe.
 */
final class CursorMoves {

	private final String group;

	private final GroupStore store;

	private final int every;

	private final Assignment assignment;

	/** A statement has ended. */
	private final Condition ended;

	private boolean due;

	/** Events handled since cursors moved. */
	private int unacknowledged;

	/**
	 * Creates it with nothing to move.
	 * @param group the group's name
	 * @param store keeps the cursors
	 * @param every after how many events cursors move at the latest
	 * @param assignment knows where they are
	 */
	CursorMoves(String group, GroupStore store, int every, Assignment assignment) {
		this.group = group;
		this.store = store;
		this.every = every;
		this.assignment = assignment;
		this.ended = assignment.condition();
	}

	/** It is time to move cursors. By a timer. */
	void due() {
		try (Change change = this.assignment.change()) {
			due(change);
			change.work();
		}
	}

	/** Cursors are to be moved when the task comes to it. */
	void due(Change change) {
		this.due = true;
	}

	/** An event needs no handling any more, and its cursor has to follow. */
	void done(PartitionState partition, Event event, Change change) {
		partition.done(event);
		this.unacknowledged++;
		if (this.unacknowledged == 1) {
			change.acknowledgeSoon();
		}
		else if (this.unacknowledged == this.every) {
			this.due = true;
			change.work();
		}
	}

	/** Gives a handler's transaction the cursor, once no other thread moves it. */
	Cursor enlist(InHand inHand, Change change) {
		inHand.enlist();
		while (inHand.partition().isMoving()) {
			this.ended.awaitUninterruptibly();
		}
		return inHand.partition().cursor();
	}

	/**
	 * Moves cursors, if it is time. By the store's task.
	 * @throws Exception if the store cannot be reached; then it is not known whether any
	 * has moved
	 */
	void move() throws Exception {
		List<Move> moves = begin();
		if (moves.isEmpty()) {
			return;
		}
		Set<Integer> refused = null;
		try {
			refused = this.store.acknowledge(this.group, moves.stream().map(Move::progress).toList());
		}
		finally {
			end(moves, refused);
		}
	}

	private List<Move> begin() {
		try (Change change = this.assignment.change()) {
			List<Move> moves = new ArrayList<>();
			if (!this.due) {
				return moves;
			}
			this.due = false;
			this.unacknowledged = 0;
			for (PartitionState partition : this.assignment.all(change)) {
				InHand inHand = partition.inHand();
				if (partition.isDirty() && !partition.isStale() && (inHand == null || !inHand.keepsCursor())) {
					moves.add(new Move(partition, partition.move()));
				}
			}
			return moves;
		}
	}

	private void end(List<Move> moves, @Nullable Set<Integer> refused) {
		try (Change change = this.assignment.change()) {
			for (Move move : moves) {
				PartitionState partition = move.partition();
				partition.stopped();
				if (refused != null && refused.contains(partition.partition())) {
					this.assignment.lose(partition, change);
				}
				else if (refused != null) {
					partition.acknowledged(move.progress().position());
				}
			}
			this.ended.signalAll();
		}
	}

	/** A cursor on its way. */
	private record Move(PartitionState partition, Progress progress) {

	}

}
