package dev.pgevents.internal.group;

import java.util.function.Supplier;

import dev.pgevents.Event;
import org.jspecify.annotations.Nullable;

/**
 * One call of a group's handler, for code that can let the position commit together with
 * what the handler does. For the thread that handles.
 */
public final class Attempt {

	private static final ThreadLocal<Attempt> CURRENT = new ThreadLocal<>();

	private final String group;

	private final Event event;

	private final int number;

	private final boolean held;

	private final Supplier<Cursor> cursor;

	private State state = State.ALONE;

	Attempt(String group, Event event, int number, boolean held, Supplier<Cursor> cursor) {
		this.group = group;
		this.event = event;
		this.number = number;
		this.held = held;
		this.cursor = cursor;
	}

	/**
	 * The call that the thread is in.
	 * @return the call, or null if the thread is in none
	 */
	public static @Nullable Attempt current() {
		return CURRENT.get();
	}

	/** Does something within the attempt. */
	void run(Call call) throws Exception {
		Attempt outer = CURRENT.get();
		CURRENT.set(this);
		try {
			call.call();
		}
		finally {
			if (outer != null) {
				CURRENT.set(outer);
			}
			else {
				CURRENT.remove();
			}
		}
	}

	/**
	 * The group's name.
	 * @return the name
	 */
	public String group() {
		return this.group;
	}

	/**
	 * The event in hand.
	 * @return the event, with its position
	 */
	public Event event() {
		return this.event;
	}

	/**
	 * The attempt's number.
	 * @return 1 for the first one
	 */
	public int number() {
		return this.number;
	}

	/**
	 * Whether the event is a held one, so that the cursor has passed it.
	 * @return whether it is held
	 */
	public boolean isHeld() {
		return this.held;
	}

	/**
	 * Where the cursor is; it stays there until the attempt has ended. The position is
	 * from now on the business of the caller's transaction.
	 * @return the cursor
	 */
	public Cursor enlist() {
		this.state = State.ENLISTED;
		return this.cursor.get();
	}

	/** The transaction was committed, the position with it. */
	public void committed() {
		end(State.COMMITTED);
	}

	/** The transaction was rolled back, the position with it. */
	public void rolledBack() {
		end(State.ROLLED_BACK);
	}

	/** What was refused stays so, however its transaction ends. */
	private void end(State end) {
		if (this.state != State.FENCED) {
			this.state = end;
		}
	}

	/** The cursor has another owner, or was set anew: what was done does not count. */
	public void fenced() {
		this.state = State.FENCED;
	}

	State state() {
		return this.state;
	}

	/** What has become of the position. */
	enum State {

		/** It has no transaction. */
		ALONE,

		/** It was written in a transaction of which more is not known. */
		ENLISTED,

		/** It is committed. */
		COMMITTED,

		/** It was rolled back, with what the handler did. */
		ROLLED_BACK,

		/** It was refused. */
		FENCED

	}

	/** Something that is done within an attempt. */
	@FunctionalInterface
	interface Call {

		void call() throws Exception;

	}

}
