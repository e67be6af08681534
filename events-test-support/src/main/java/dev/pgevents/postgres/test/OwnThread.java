package dev.pgevents.postgres.test;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/**
 * Tasks that have to run at the same time. From JDK 25 on {@link CompletableFuture} runs
 * those without an executor on the common pool, which has one thread where there are two
 * processors; up to 24 each had a thread there.
 */
public final class OwnThread {

	/** A thread for each task. */
	public static final Executor EACH = (task) -> {
		Thread thread = new Thread(task, "own thread");
		thread.setDaemon(true);
		thread.start();
	};

	private OwnThread() {
	}

}
