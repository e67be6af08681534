package dev.pgevents.internal.util;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * Executors that may have no thread: because they are shut down, or the machine has none
 * to give.
 *
 * @since 0.1
 */
public final class Threads {

	private Threads() {
	}

	/**
	 * Executes a task, if there is a thread for it.
	 * @param executor where
	 * @param task the task
	 * @return false if there is no thread; the task is not run then
	 */
	public static boolean tryToExecute(Executor executor, Runnable task) {
		try {
			executor.execute(task);
			return true;
		}
		catch (RejectedExecutionException | OutOfMemoryError ex) {
			return false;
		}
	}

	/**
	 * Executes a task, or runs it on the calling thread if there is no other.
	 * @param executor where
	 * @param task the task
	 */
	public static void executeOrRun(Executor executor, Runnable task) {
		if (!tryToExecute(executor, task)) {
			task.run();
		}
	}

}
