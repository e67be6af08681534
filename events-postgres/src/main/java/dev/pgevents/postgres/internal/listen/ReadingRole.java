package dev.pgevents.postgres.internal.listen;

import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

import dev.pgevents.internal.dispatch.HandlerTask;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Who reads: one thread at a time. A thread that finds a handler idle runs it itself, for
 * it is awake already; and the connection must not wait for a handler. So it gives the
 * role to another thread before. Where the handler is known to be quick it spares that:
 * it keeps the role, and another thread stands by to take it away should the handler not
 * come back. Thread-safe.
 *
 * <p>
 * Standing by costs a look every few milliseconds, and ends when there has been nothing
 * to look at for a while; waking a thread at each event cost a fifth more processor time
 * (docs/performance.md).
 */
final class ReadingRole {

	private static final Logger logger = LoggerFactory.getLogger(Listener.class);

	/** A handler keeps the role for at least one of these, and at most two. */
	static final long LOOK = TimeUnit.MILLISECONDS.toNanos(2);

	/** How often to look in vain. */
	private static final int LOOKS = 10;

	private final Executor threads;

	private final Runnable reading;

	private final LongConsumer pause;

	private final int looks;

	/** Odd while the thread that has the role runs a handler. */
	private final AtomicLong turn = new AtomicLong();

	private final AtomicBoolean standby = new AtomicBoolean();

	/**
	 * A role that nobody has yet.
	 * @param threads has a thread for whoever needs one
	 * @param reading what the thread does that has the role; ends when that has lost it
	 */
	ReadingRole(Executor threads, Runnable reading) {
		this(threads, reading, LockSupport::parkNanos, LOOKS);
	}

	/** For tests: with what to do before each look, and how many to take in vain. */
	ReadingRole(Executor threads, Runnable reading, LongConsumer pause, int looks) {
		this.threads = threads;
		this.reading = reading;
		this.pause = pause;
		this.looks = looks;
	}

	/**
	 * Gives the role to a thread. For whoever has it, or in the beginning.
	 * @throws RejectedExecutionException if there are no threads any more
	 */
	void give() {
		this.threads.execute(this.reading);
	}

	/**
	 * Runs what a handler has to do, while somebody reads. For the thread that has the
	 * role.
	 * @param task what to run
	 * @return whether the thread still has the role
	 */
	boolean run(HandlerTask task) {
		return task.isQuick() ? runKeeping(task) : runHavingGiven(task);
	}

	private boolean runHavingGiven(HandlerTask task) {
		boolean given = tryToExecute(this.reading);
		runSafely(task);
		return !given;
	}

	private boolean runKeeping(HandlerTask task) {
		long mine = this.turn.incrementAndGet();
		if (this.standby.compareAndSet(false, true) && !tryToExecute(this::standBy)) {
			this.standby.set(false);
		}
		runSafely(task);
		return this.turn.compareAndSet(mine, mine + 1);
	}

	private boolean tryToExecute(Runnable task) {
		try {
			this.threads.execute(task);
			return true;
		}
		catch (RejectedExecutionException | OutOfMemoryError ex) {
			return false; // closed meanwhile, or no thread to be had
		}
	}

	/** What a handler throws does not come here; nothing else may end the reading. */
	private static void runSafely(HandlerTask task) {
		try {
			task.run();
		}
		catch (Throwable ex) {
			logger.error("a handler could not be called", ex);
		}
	}

	private void standBy() {
		do {
			if (hasTakenOver()) {
				this.standby.set(false);
				this.reading.run();
				return;
			}
			this.standby.set(false);
			// A handler that began just before that counts on this thread.
		}
		while (isInHandler(this.turn.get()) && this.standby.compareAndSet(false, true));
	}

	/** Looks for a handler that keeps the role for too long. */
	private boolean hasTakenOver() {
		long seen = this.turn.get();
		int inVain = 0;
		while (inVain < this.looks) {
			this.pause.accept(LOOK);
			long now = this.turn.get();
			if (now != seen) {
				seen = now;
				inVain = 0;
			}
			else if (isInHandler(now) && this.turn.compareAndSet(now, now + 1)) {
				return true;
			}
			else {
				inVain++;
			}
		}
		return false;
	}

	private static boolean isInHandler(long turn) {
		return (turn & 1) == 1;
	}

}
