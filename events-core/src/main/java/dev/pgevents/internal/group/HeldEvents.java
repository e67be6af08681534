package dev.pgevents.internal.group;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

import dev.pgevents.internal.log.LogText;
import org.jspecify.annotations.Nullable;

/**
 * Events that the log holds for a group because they have failed, or queue behind one
 * that has: writes down what has become of events in hand, and takes held ones in hand
 * when their next attempt is due. For the store's task; takes the lock of the
 * {@link Assignment}, not while it calls the store.
 */
final class HeldEvents {

	private final String group;

	private final GroupContext context;

	private final GroupStore store;

	private final Assignment assignment;

	private final Handling handling;

	private final GroupHealth health;

	private final Runnable work;

	/** When the task is run again for held events; null for not at all. */
	private volatile @Nullable Long timer;

	/**
	 * Creates it.
	 * @param group the group's name
	 * @param context what groups share
	 * @param assignment knows what is in hand
	 * @param handling takes in hand what is due
	 * @param health tells what is given up
	 * @param work has the task run
	 */
	HeldEvents(String group, GroupContext context, Assignment assignment, Handling handling, GroupHealth health,
			Runnable work) {
		this.group = group;
		this.context = context;
		this.store = context.store();
		this.assignment = assignment;
		this.handling = handling;
		this.health = health;
		this.work = work;
	}

	/**
	 * Writes down what has become of events in hand.
	 * @throws Exception if the store cannot be reached; it is written later
	 */
	void write() throws Exception {
		for (Settled settled : settled()) {
			InHand inHand = settled.inHand();
			boolean own = write(inHand, settled.cursor());
			// Behind others of its app nothing changes: it is one of many, maybe.
			Held held = (own && inHand.todo() != InHand.Todo.QUEUE)
					? this.store.held(this.group, inHand.partition().partition()) : null;
			written(inHand, own, held);
		}
	}

	private List<Settled> settled() {
		try (Change change = this.assignment.change()) {
			List<Settled> settled = new ArrayList<>();
			for (PartitionState partition : this.assignment.all(change)) {
				InHand inHand = partition.inHand();
				if (inHand != null && inHand.isSettled()) {
					settled.add(new Settled(inHand, partition.cursor()));
				}
			}
			return settled;
		}
	}

	private boolean write(InHand inHand, Cursor cursor) throws Exception {
		return switch (inHand.todo()) {
			case QUEUE -> this.store.hold(this.group, cursor, inHand.event(), Failure.BEHIND);
			case HOLD -> this.store.hold(this.group, cursor, inHand.event(), failure(inHand));
			case HANDLED -> this.store.handled(this.group, cursor, inHand.event());
			case FAILED_AGAIN -> this.store.failedAgain(this.group, cursor, inHand.event(), failure(inHand));
			case REFRESH -> true;
		};
	}

	private Failure failure(InHand inHand) {
		int attempts = inHand.attempts() + 1;
		boolean park = attempts >= this.context.settings().maxAttempts();
		String error = LogText.of(String.valueOf(inHand.error()), LogText.MESSAGE);
		if (park) {
			this.health.parked(inHand.event(), attempts, error);
		}
		return new Failure(attempts, error, park ? null : this.context.settings().retry().delay(attempts));
	}

	private void written(InHand inHand, boolean own, @Nullable Held held) {
		try (Change change = this.assignment.change()) {
			PartitionState partition = inHand.partition();
			partition.putDown();
			if (!own) {
				this.assignment.lose(partition, change);
				return;
			}
			if (!inHand.isHeld()) {
				partition.acknowledged(inHand.event());
			}
			if (held != null) {
				partition.held(held);
			}
			this.handling.takeNext(partition, change);
		}
	}

	/**
	 * Takes held events in hand whose next attempt is due.
	 * @throws Exception if the store cannot be reached
	 */
	void retry() throws Exception {
		long now = System.nanoTime();
		for (PartitionState partition : this.assignment.where((one) -> one.isIdle() && one.isRetryDue(now))) {
			HeldEvent due = this.store.due(this.group, partition.partition());
			Held held = (due == null) ? this.store.held(this.group, partition.partition()) : null;
			retry(partition, due, held);
		}
	}

	private void retry(PartitionState partition, @Nullable HeldEvent due, @Nullable Held held) {
		try (Change change = this.assignment.change()) {
			if (!partition.isIdle() || this.assignment.isClosing(change)) {
				return;
			}
			if (due != null) {
				this.handling.take(partition, due, change);
			}
			else if (held != null) {
				partition.held(held);
				this.handling.takeNext(partition, change);
			}
		}
	}

	/** Has the task run again when the next held event is due. */
	void schedule() {
		long now = System.nanoTime();
		long delay = delay(now);
		Long planned = this.timer;
		if (delay == Long.MAX_VALUE || (planned != null && planned - now <= delay)) {
			return;
		}
		this.timer = now + delay;
		this.context.later(Duration.ofNanos(delay), () -> {
			this.timer = null;
			this.work.run();
		});
	}

	private long delay(long now) {
		try (Change change = this.assignment.change()) {
			if (this.assignment.isClosing(change)) {
				return Long.MAX_VALUE;
			}
			return this.assignment.all(change)
				.stream()
				.mapToLong((partition) -> delay(partition, now))
				.min()
				.orElse(Long.MAX_VALUE);
		}
	}

	private static long delay(PartitionState partition, long now) {
		Long retryAt = partition.retryAt();
		if (retryAt == null) {
			return Long.MAX_VALUE;
		}
		// What is due already is looked for when the event in hand is put down.
		return (partition.isIdle() || retryAt - now > 0) ? Math.max(1, retryAt - now) : Long.MAX_VALUE;
	}

	/** An event that is settled, and where its partition's cursor is. */
	private record Settled(InHand inHand, Cursor cursor) {

	}

}
