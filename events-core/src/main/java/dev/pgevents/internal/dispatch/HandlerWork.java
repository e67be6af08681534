package dev.pgevents.internal.dispatch;

import org.jspecify.annotations.Nullable;

/**
 * What a handler that was idle has to do about an event, kept for the thread that has
 * dispatched it: a thread that is awake anyway takes the event up tens of microseconds
 * sooner than one that has to be woken. Where an event wakes several handlers, all but
 * one start on threads of their own. For one thread at a time.
 *
 * @since 0.1
 */
public final class HandlerWork {

	private @Nullable HandlerTask kept;

	/**
	 * Gives the work away.
	 * @return the work, to be run once by whoever takes it; null if there is none
	 */
	public @Nullable HandlerTask take() {
		HandlerTask work = this.kept;
		this.kept = null;
		return work;
	}

	/** Keeps a task, unless it has one. */
	boolean keep(HandlerTask task) {
		boolean first = this.kept == null;
		if (first) {
			this.kept = task;
		}
		return first;
	}

}
