package dev.pgevents.internal.group;

import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgevents.internal.util.Threads;

/**
 * Runs a task on an executor as often as it is asked for, but never twice at a time: what
 * is asked for while it runs, or waits to, is one more run. Thread-safe.
 */
final class SerialTask {

	private final AtomicInteger requests = new AtomicInteger();

	private final Executor executor;

	private final Runnable task;

	SerialTask(Executor executor, Runnable task) {
		this.executor = executor;
		this.task = task;
	}

	void request() {
		if (this.requests.getAndIncrement() == 0 && !Threads.tryToExecute(this.executor, this::run)) {
			this.requests.set(0); // closed meanwhile, or asked for again by the look
		}
	}

	private void run() {
		int seen;
		do {
			seen = this.requests.get();
			this.task.run();
		}
		while (!this.requests.compareAndSet(seen, 0));
	}

}
