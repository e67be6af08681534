package dev.pgevents.internal.group;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

import dev.pgevents.StartPosition;
import dev.pgevents.internal.group.Assignment.Demand;
import org.jspecify.annotations.Nullable;

/**
 * All that a group does with the store: one task, one thing after the other, by one
 * thread at a time. It runs when it is asked to, looks for itself at what there is to do,
 * and asks for another run where it fails; so nothing has to be queued for it. In each
 * pass it
 * <ol>
 * <li>shares the partitions with other processes,</li>
 * <li>writes down what has become of events in hand ({@link HeldEvents}),</li>
 * <li>takes held events in hand that are due ({@link HeldEvents}),</li>
 * <li>reads pages ({@link PageReader}),</li>
 * <li>moves cursors ({@link CursorMoves}),</li>
 * <li>releases partitions that others wait for.</li>
 * </ol>
 * The lock of the task is held during the whole pass, and while the group is given up.
 * The lock of the {@link Assignment} is taken within it, for moments, and never while the
 * store is called; never the other way round. Thread-safe.
 */
final class StoreTask {

	/** After what time to try again to get what another session has locked. */
	private static final Duration WAIT = Duration.ofMillis(500);

	private final String group;

	private final StartPosition from;

	private final GroupContext context;

	private final GroupStore store;

	private final Assignment assignment;

	private final Handling handling;

	private final CursorMoves cursors;

	private final HeldEvents held;

	private final PageReader pages;

	private final GroupHealth health;

	private final SerialTask task;

	private final ReentrantLock lock = new ReentrantLock();

	StoreTask(String group, StartPosition from, GroupContext context, Members members, Assignment assignment,
			Handling handling, CursorMoves cursors, GroupHealth health) {
		this.group = group;
		this.from = from;
		this.context = context;
		this.store = context.store();
		this.assignment = assignment;
		this.handling = handling;
		this.cursors = cursors;
		this.health = health;
		this.held = new HeldEvents(group, context, assignment, handling, health, this::request);
		this.pages = new PageReader(context, members, assignment, handling, cursors, health);
		this.task = new SerialTask(context.executor(), this::pass);
	}

	/** There is something to do. By anybody. */
	void request() {
		this.task.request();
	}

	/** Whatever goes wrong, another pass follows. */
	private void pass() {
		this.lock.lock();
		try {
			share();
			this.held.write();
			this.held.retry();
			this.pages.read();
			this.cursors.move();
			releaseSurplus();
			this.health.owns(this.assignment.where((partition) -> !partition.isStale()).size());
			this.health.reached();
			this.held.schedule();
		}
		catch (Throwable ex) {
			try (Change change = this.assignment.change()) {
				this.assignment.shareAgain(false, change);
				this.cursors.due(change);
			}
			this.context.later(this.health.unreachable(ex), this::request);
		}
		finally {
			this.lock.unlock();
		}
	}

	private void share() throws Exception {
		Demand demand = demand();
		if (demand == null) {
			return;
		}
		if (demand.reload()) {
			reload();
		}
		Share share = this.store.share(this.group, demand.filters(), this.from);
		this.health.takesPart(share.problem());
		this.health.obstructed(share.waiting());
		if (share.waiting() != null) {
			this.context.later(WAIT, this.assignment::look);
		}
		try (Change change = this.assignment.change()) {
			for (PartitionState partition : this.assignment.share(share, demand, change)) {
				this.handling.takeNext(partition, change);
			}
		}
		demand.members().forEach((member) -> member.subscription().live());
	}

	private @Nullable Demand demand() {
		try (Change change = this.assignment.change()) {
			Demand demand = this.assignment.demand(change);
			if (demand != null && demand.reload()) {
				this.cursors.due(change);
			}
			return demand;
		}
	}

	/** What is known of cursors is written, if it is right still, and forgotten. */
	private void reload() throws Exception {
		boolean moved = false;
		try {
			this.cursors.move();
			moved = true;
		}
		finally {
			try (Change change = this.assignment.change()) {
				if (moved) {
					this.assignment.forgetAll(change);
				}
				else {
					this.assignment.shareAgain(true, change);
				}
			}
		}
	}

	private void releaseSurplus() throws Exception {
		List<PartitionState> surplus = surplus();
		if (surplus.isEmpty()) {
			return;
		}
		this.cursors.move();
		List<Cursor> released = release(surplus);
		if (!released.isEmpty()) {
			this.store.release(this.group, released);
		}
	}

	private List<PartitionState> surplus() {
		try (Change change = this.assignment.change()) {
			List<PartitionState> surplus = this.assignment.all(change)
				.stream()
				.filter((one) -> one.isSurplus() && !one.isStale() && one.inHand() == null)
				.toList();
			if (!surplus.isEmpty()) {
				this.cursors.due(change);
			}
			return surplus;
		}
	}

	private List<Cursor> release(List<PartitionState> surplus) {
		try (Change change = this.assignment.change()) {
			List<Cursor> released = new ArrayList<>();
			for (PartitionState partition : surplus) {
				if (!partition.isStale() && !partition.isDirty()) {
					released.add(partition.cursor());
					this.assignment.forget(partition, change);
				}
			}
			return released;
		}
	}

	/**
	 * Moves the cursors and gives all partitions up, once nothing is in hand any more. By
	 * the thread that closes the bus; waits for a pass that runs.
	 */
	void giveUp() {
		this.assignment.giveUp();
		this.lock.lock();
		try {
			this.held.write();
			releaseSurplus();
			if (this.assignment.leave()) {
				this.store.share(this.group, List.of(), this.from);
			}
		}
		catch (Exception ex) {
			this.health.notReleased(ex);
		}
		finally {
			this.assignment.leave();
			this.lock.unlock();
		}
	}

}
