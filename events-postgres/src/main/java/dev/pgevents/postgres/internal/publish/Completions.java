package dev.pgevents.postgres.internal.publish;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;

import dev.pgevents.internal.dispatch.Dispatcher;
import dev.pgevents.internal.util.Threads;

/**
 * Completes the futures of callers who do not wait. What users hang on them may take any
 * time, and may publish and wait for that: it runs on a thread that does not serve the
 * queue, or serves it no more. Thread-safe.
 */
final class Completions {

	/** Set while a thread runs what hangs on futures. */
	private static final ThreadLocal<Boolean> COMPLETING = new ThreadLocal<>();

	private final ExecutorService threads;

	Completions(ExecutorService threads) {
		this.threads = threads;
	}

	/** Completes the futures of settled requests on another thread. */
	void completeElsewhere(List<Request> settled) {
		if (settled.stream().allMatch(Request::isAwaited)) {
			return;
		}
		Threads.executeOrRun(this.threads, () -> complete(settled));
	}

	/** Completes the futures of settled requests. */
	void complete(List<Request> settled) {
		Boolean outer = COMPLETING.get();
		COMPLETING.set(true);
		try {
			for (Request request : settled) {
				if (!request.isAwaited()) {
					request.complete();
				}
			}
		}
		finally {
			if (outer == null) {
				COMPLETING.remove();
			}
		}
	}

	/**
	 * Waits until what hangs on futures has run, unless it is that which waits.
	 * @param deadline until when, in {@code System.nanoTime()}
	 */
	void awaitEnd(long deadline) {
		if (COMPLETING.get() != null || Dispatcher.isInHandler()) {
			return;
		}
		try {
			this.threads.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
