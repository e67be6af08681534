package dev.pgevents.spring.internal.listener;

import java.util.concurrent.CountDownLatch;

/**
 * A thread that does nothing but keep the JVM alive: a platform thread, since virtual
 * ones, like the bus's own, do not.
 */
final class KeepAlive {

	private final CountDownLatch end = new CountDownLatch(1);

	private KeepAlive() {
	}

	static KeepAlive start() {
		KeepAlive keepAlive = new KeepAlive();
		Thread thread = new Thread(keepAlive::run, "events-keep-alive");
		thread.setDaemon(false);
		thread.start();
		return keepAlive;
	}

	void stop() {
		this.end.countDown();
	}

	private void run() {
		try {
			this.end.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
