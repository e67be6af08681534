package dev.pgevents.spring.internal.listener;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Endpoints that are being closed: all at a time, since each waits for its handler, and
 * on threads of their own, where none of them can be waiting for itself.
 */
final class Closing {

	private static final Logger logger = LoggerFactory.getLogger(Closing.class);

	/**
	 * Endpoints keep the limit themselves, and say what is still running. This is for
	 * those of a subscriber that does not.
	 */
	private static final Duration GRACE = Duration.ofSeconds(1);

	private final Map<String, Thread> threads = new LinkedHashMap<>();

	private final Duration limit;

	private final long deadline;

	private Closing(Duration limit) {
		this.limit = limit;
		this.deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(limit) + GRACE.toNanos();
	}

	/** Begins to close. */
	static Closing begin(Map<String, Endpoint.Running> endpoints, Duration limit) {
		Closing closing = new Closing(limit);
		endpoints.forEach((id, endpoint) -> closing.threads.put(id, start(endpoint::close)));
		return closing;
	}

	/** Starts a thread that does not keep the JVM alive. */
	static Thread start(Runnable task) {
		Thread thread = new Thread(task, "events-closing");
		thread.setDaemon(true);
		thread.start();
		return thread;
	}

	/** Waits until all are closed, up to the limit. An interrupt ends the wait. */
	void await() {
		try {
			for (Thread thread : this.threads.values()) {
				long left = TimeUnit.NANOSECONDS.toMillis(this.deadline - System.nanoTime());
				thread.join(Math.max(1, left));
			}
			logRest();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void logRest() {
		List<String> left = new ArrayList<>();
		this.threads.forEach((id, thread) -> {
			if (thread.isAlive()) {
				left.add(id);
			}
		});
		if (!left.isEmpty()) {
			logger.warn("stopped, though the subscriptions of {} have not closed within the shutdown timeout of {} ms",
					left, this.limit.toMillis());
		}
	}

}
