package dev.pgevents.dispatch;

import java.util.concurrent.Executor;

import org.jspecify.annotations.Nullable;

/**
 * What a handler that was idle has to do about an event, kept for the thread that has
 * dispatched it: a thread that is awake anyway takes the event up tens of microseconds
 * sooner than one that has to be woken. Whoever takes the work runs the application's
 * handler, which may take any time. Where an event wakes several handlers, all but one
 * start on threads of their own. For one thread at a time.
 *
 * @since 0.1
 */
public final class HandlerWork {

	private @Nullable Runnable kept;

	/**
	 * Gives the work away.
	 * @return the work, to be run once by whoever takes it; null if there is none
	 */
	public @Nullable Runnable take() {
		Runnable work = this.kept;
		this.kept = null;
		return work;
	}

	/** Keeps the first task and has the others executed. */
	Executor keepingFirst(Executor executor) {
		return (task) -> {
			if (this.kept == null) {
				this.kept = task;
			}
			else {
				executor.execute(task);
			}
		};
	}

}
