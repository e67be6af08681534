package dev.pgevents.internal.util;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

import org.jspecify.annotations.Nullable;

/**
 * Calls to listeners and the like, made one after the other in the order in which they
 * were added, without a lock: they are added while the lock is held under which the thing
 * happened, and made once it is not any more. Thread-safe.
 *
 * @since 0.1
 */
public final class Announcements {

	private final Queue<Runnable> announcements = new ConcurrentLinkedQueue<>();

	/** The thread that counts up from 0 makes all there are. */
	private final AtomicInteger makers = new AtomicInteger();

	/**
	 * Creates a queue without announcements.
	 */
	public Announcements() {
	}

	/**
	 * Adds an announcement; {@link #make()} is to follow.
	 * @param announcement what to call
	 */
	public void add(Runnable announcement) {
		this.announcements.add(announcement);
	}

	/**
	 * Makes all announcements, unless another thread is at it: that one makes them then.
	 * To be called without a lock. The others are made, too, where one fails.
	 */
	public void make() {
		if (this.makers.getAndIncrement() > 0) {
			return;
		}
		Throwable failure = null;
		int seen;
		do {
			seen = this.makers.get();
			failure = makeAll(failure);
		}
		while (!this.makers.compareAndSet(seen, 0));
		if (failure instanceof RuntimeException ex) {
			throw ex;
		}
		if (failure instanceof Error ex) {
			throw ex;
		}
	}

	private @Nullable Throwable makeAll(@Nullable Throwable before) {
		Throwable failure = before;
		Runnable next = this.announcements.poll();
		while (next != null) {
			try {
				next.run();
			}
			catch (RuntimeException | Error ex) {
				failure = (failure != null) ? failure : ex;
			}
			next = this.announcements.poll();
		}
		return failure;
	}

}
