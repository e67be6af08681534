package dev.pgevents.internal.group;

import dev.pgevents.Event;
import org.jspecify.annotations.Nullable;

/**
 * The event that a partition has in hand: one at most, from the moment at which it is
 * offered to a handler until it is known what the log is to say about it, and that is
 * written down.
 *
 * <table border="1">
 * <caption>stage of an event in hand, by what happens</caption>
 * <tr>
 * <th></th>
 * <th>its handler is called</th>
 * <th>the handler's transaction takes the cursor</th>
 * <th>the handler ends</th>
 * <th>its handler is removed</th>
 * <th>the partition is lost</th>
 * <th>the store has written it down</th>
 * </tr>
 * <tr>
 * <th>OFFERED</th>
 * <td>BEGUN</td>
 * <td>cannot be</td>
 * <td>cannot be</td>
 * <td>put down, and read again</td>
 * <td>put down: the call that comes finds nothing</td>
 * <td>cannot be</td>
 * </tr>
 * <tr>
 * <th>BEGUN</th>
 * <td>nothing: it was offered twice</td>
 * <td>ENLISTED, once no other thread moves the cursor; none does from now on</td>
 * <td>see below</td>
 * <td>nothing</td>
 * <td>stays, the partition is stale: however it ends, it is put down and nothing is
 * written</td>
 * <td>cannot be</td>
 * </tr>
 * <tr>
 * <th>ENLISTED</th>
 * <td>nothing</td>
 * <td>nothing: a second transaction of the same call</td>
 * <td>see below</td>
 * <td>nothing</td>
 * <td>as BEGUN; the transaction is refused by the epoch of its cursor</td>
 * <td>cannot be</td>
 * </tr>
 * <tr>
 * <th>SETTLED</th>
 * <td>nothing</td>
 * <td>cannot be</td>
 * <td>cannot be</td>
 * <td>nothing</td>
 * <td>put down</td>
 * <td>put down, the next one is taken; where it was refused the partition is lost</td>
 * </tr>
 * </table>
 *
 * <p>
 * What the end of a handler ({@link Ending.Kind}) leads to:
 * <table border="1">
 * <caption>after the handler has ended</caption>
 * <tr>
 * <th></th>
 * <th>an event of the log</th>
 * <th>a held event</th>
 * </tr>
 * <tr>
 * <th>COMMITTED</th>
 * <td>put down, the cursor is there already</td>
 * <td>SETTLED, {@link Todo#REFRESH}</td>
 * </tr>
 * <tr>
 * <th>HANDLED</th>
 * <td>put down, the cursor follows with others</td>
 * <td>SETTLED, {@link Todo#HANDLED}</td>
 * </tr>
 * <tr>
 * <th>REPEATABLE</th>
 * <td>put down, and the next one to be taken; FAILED after many in a row</td>
 * <td>put down, and due still; FAILED after many in a row</td>
 * </tr>
 * <tr>
 * <th>FAILED</th>
 * <td>SETTLED, {@link Todo#HOLD}</td>
 * <td>SETTLED, {@link Todo#FAILED_AGAIN}</td>
 * </tr>
 * <tr>
 * <th>INTERRUPTED</th>
 * <td colspan="2">put down, and the partition is lost, where the group is being closed;
 * else FAILED</td>
 * </tr>
 * <tr>
 * <th>FENCED</th>
 * <td colspan="2">put down, and the partition is lost</td>
 * </tr>
 * </table>
 *
 * <p>
 * An event whose app has held ones is SETTLED at once ({@link Todo#QUEUE}), and a held
 * one that no handler here asks for as well ({@link Todo#HANDLED}). Not thread-safe: the
 * {@link Assignment} guards it with its lock, but for what is final.
 */
final class InHand {

	private final PartitionState partition;

	private final Event event;

	private final @Nullable Member member;

	private final int attempts;

	private final boolean held;

	private Stage stage = Stage.OFFERED;

	private Todo todo = Todo.REFRESH;

	private @Nullable Throwable error;

	/**
	 * Takes an event in hand.
	 * @param partition has it in hand
	 * @param event the event
	 * @param member whose handler it is for; null where none has to be called
	 * @param attempts how often it was tried before
	 * @param held whether it is a held one, so that the cursor has passed it
	 */
	InHand(PartitionState partition, Event event, @Nullable Member member, int attempts, boolean held) {
		this.partition = partition;
		this.event = event;
		this.member = member;
		this.attempts = attempts;
		this.held = held;
	}

	PartitionState partition() {
		return this.partition;
	}

	Event event() {
		return this.event;
	}

	@Nullable Member member() {
		return this.member;
	}

	int attempts() {
		return this.attempts;
	}

	boolean isHeld() {
		return this.held;
	}

	boolean isOffered() {
		return this.stage == Stage.OFFERED;
	}

	/** Whether its handler runs. */
	boolean isRunning() {
		return this.stage == Stage.BEGUN || this.stage == Stage.ENLISTED;
	}

	boolean isSettled() {
		return this.stage == Stage.SETTLED;
	}

	/** Whether the cursor is moved with the event, or moves to it when it is written. */
	boolean keepsCursor() {
		return this.stage == Stage.ENLISTED || this.stage == Stage.SETTLED;
	}

	void begin() {
		this.stage = Stage.BEGUN;
	}

	void enlist() {
		this.stage = Stage.ENLISTED;
	}

	void settle(Todo todo, @Nullable Throwable error) {
		this.stage = Stage.SETTLED;
		this.todo = todo;
		this.error = error;
	}

	/** What is to be written about it; once it is settled, for good. */
	Todo todo() {
		return this.todo;
	}

	/** Why it has failed, if it has; once it is settled, for good. */
	@Nullable Throwable error() {
		return this.error;
	}

	private enum Stage {

		OFFERED, BEGUN, ENLISTED, SETTLED

	}

	/** What is to be written about an event that is settled. */
	enum Todo {

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

}
