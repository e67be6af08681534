package dev.pgevents.internal.group;

import org.jspecify.annotations.Nullable;

/**
 * How the call of a handler has ended, for its event and for the position.
 *
 * @param kind what it means
 * @param problem what the handler is to be blamed for; null where it is for nothing
 */
record Ending(Kind kind, @Nullable Throwable problem) {

	/**
	 * Finds out how a call has ended. For the thread that has called: what was thrown is
	 * asked for its causes.
	 * @param position what has become of the position
	 * @param thrown what the handler threw, or null
	 * @return how it has ended
	 */
	static Ending of(Attempt.State position, @Nullable Throwable thrown) {
		if (position == Attempt.State.FENCED) {
			// What it threw is how it was told to roll back.
			return new Ending(Kind.FENCED, null);
		}
		Throwable problem = (thrown == null && position == Attempt.State.ROLLED_BACK)
				? new IllegalStateException("the handler's transaction was rolled back") : thrown;
		return new Ending(kind(position, problem), problem);
	}

	private static Kind kind(Attempt.State position, @Nullable Throwable problem) {
		if (position == Attempt.State.COMMITTED || (position == Attempt.State.ENLISTED && problem == null)) {
			return Kind.COMMITTED;
		}
		if (problem == null) {
			return Kind.HANDLED;
		}
		if (isInterrupt(problem)) {
			return Kind.INTERRUPTED;
		}
		return Transience.isTransient(problem) ? Kind.REPEATABLE : Kind.FAILED;
	}

	private static boolean isInterrupt(Throwable problem) {
		return problem instanceof InterruptedException || problem.getCause() instanceof InterruptedException;
	}

	/** What it means. */
	enum Kind {

		/** The position was refused: the event is another process's. */
		FENCED,

		/** The position is written, whatever the handler threw besides. */
		COMMITTED,

		/** The event was handled, the position is to be written. */
		HANDLED,

		/** The handler was interrupted. */
		INTERRUPTED,

		/** The event was not handled, and another attempt, which does not count, may. */
		REPEATABLE,

		/** The event was not handled. */
		FAILED

	}

}
