package dev.pgevents.internal.dispatch;

/**
 * Decides which thread does a handler's work. Thread-safe.
 */
@FunctionalInterface
interface WorkerStarter {

	/**
	 * Has a task run once, soon, and not before this method returns unless that is on
	 * another thread.
	 * @param task what a handler has to do that was idle
	 * @throws java.util.concurrent.RejectedExecutionException if there is no thread for
	 * it
	 * @throws OutOfMemoryError if there is no thread for it
	 */
	void start(HandlerTask task);

}
