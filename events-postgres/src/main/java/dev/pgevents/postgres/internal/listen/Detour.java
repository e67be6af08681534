package dev.pgevents.postgres.internal.listen;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;

import dev.pgevents.internal.util.Threads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way of events beside the thread that reads the connection, while one of them has to
 * be read from the event log: those behind it follow it, so that the order is kept, until
 * the way is empty. Steps are added by one thread at a time, and executed by another.
 */
final class Detour {

	private static final Logger logger = LoggerFactory.getLogger(Detour.class);

	/** How many events may be on the way. */
	private static final int CAPACITY = 10_000;

	private final String busName;

	private final Executor executor;

	private final ReentrantLock lock = new ReentrantLock();

	private final Deque<Runnable> steps = new ArrayDeque<>();

	private boolean open;

	/**
	 * Creates a way that is closed.
	 * @param busName begins log lines
	 * @param executor executes steps
	 */
	Detour(String busName, Executor executor) {
		this.busName = busName;
		this.executor = executor;
	}

	/**
	 * Adds a step, and opens the way if need be.
	 * @param step what takes its time
	 * @return whether there was room
	 */
	boolean begin(Runnable step) {
		this.lock.lock();
		try {
			if (this.open) {
				return add(step);
			}
			this.steps.add(step);
			this.open = Threads.tryToExecute(this.executor, this::execute);
			if (!this.open) {
				this.steps.clear();
			}
			return this.open;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Whether something is on the way, so that what comes now has to follow. */
	boolean isOpen() {
		this.lock.lock();
		try {
			return this.open;
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean add(Runnable step) {
		return this.steps.size() < CAPACITY && this.steps.add(step);
	}

	private void execute() {
		Runnable step = next();
		while (step != null) {
			try {
				step.run();
			}
			catch (Throwable ex) {
				logger.error("{}: an event that was too large for a notification, or one behind it, is lost",
						this.busName, ex);
			}
			step = next();
		}
	}

	private @Nullable Runnable next() {
		this.lock.lock();
		try {
			Runnable step = this.steps.poll();
			this.open = step != null;
			return step;
		}
		finally {
			this.lock.unlock();
		}
	}

}
