package dev.pgevents.internal.dispatch;

import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Makes the daemon threads of a bus, named after it.
 *
 * @since 0.1
 */
public final class BusThreadFactory implements ThreadFactory {

	private final String prefix;

	private final AtomicInteger threads = new AtomicInteger();

	/**
	 * Creates a factory.
	 * @param prefix what the threads' names begin with
	 */
	public BusThreadFactory(String prefix) {
		this.prefix = prefix;
	}

	@Override
	public Thread newThread(Runnable task) {
		Thread thread = new Thread(task, this.prefix + "-" + this.threads.incrementAndGet());
		thread.setDaemon(true);
		return thread;
	}

}
