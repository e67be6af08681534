package dev.pgevents.internal.dispatch;

import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.function.Consumer;

import dev.pgevents.Delivery;
import dev.pgevents.EventErrorHandler;
import dev.pgevents.EventHandler;
import dev.pgevents.RunningHandler;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A subscription whose handler is called by workers: tasks on the bus's executor that
 * take from the buffer until it has nothing for them. An idle subscription has none.
 */
final class HandlerSubscription extends AbstractSubscription {

	private static final Logger logger = LoggerFactory.getLogger(HandlerSubscription.class);

	private final EventHandler handler;

	private final EventErrorHandler errorHandler;

	private final int concurrency;

	private final Executor executor;

	private final Duration shutdownTimeout;

	private final Consumer<HandlerSubscription> onFinished;

	private final HandlerTask task = new Task();

	private final Pace pace = new Pace();

	private final Condition idle = this.lock.newCondition();

	private final Set<Worker> busy = ConcurrentHashMap.newKeySet();

	private int workers;

	/** Whether the last attempt to start a worker failed. */
	private boolean withoutThread;

	/** Workers to be started; written with the lock held. */
	private volatile int wanted;

	/** Somebody has waited in vain: nobody else needs to. */
	private boolean stuck;

	/**
	 * Creates a subscription that is not live yet.
	 * @param shutdownTimeout how long closing waits for the events in hand
	 * @param onFinished told once, when it is closed and nothing is in hand any more
	 */
	HandlerSubscription(String name, SubscriptionFilter filter, SubscriptionOptions options, EventHandler handler,
			Executor executor, Duration shutdownTimeout, Consumer<BusSubscription> onClose,
			Consumer<HandlerSubscription> onFinished, Executor stages, Clock clock) {
		super(name, filter, options, options.concurrency(), onClose, stages, clock);
		this.shutdownTimeout = shutdownTimeout;
		this.onFinished = onFinished;
		this.handler = handler;
		this.concurrency = options.concurrency();
		EventErrorHandler given = options.errorHandler();
		this.errorHandler = (given != null) ? given : new LoggingErrorHandler();
		this.executor = executor;
	}

	@Override
	@SuppressWarnings("NonAtomicVolatileUpdate") // the lock is held
	void added() {
		if (this.workers < this.concurrency && this.buffer.isReady()) {
			this.workers++;
			this.wanted++;
		}
	}

	@Override
	void afterAdding(@Nullable HandlerWork work) {
		while (claimWorker()) {
			if (work == null || !work.keep(this.task)) {
				startWorker();
			}
		}
	}

	@SuppressWarnings("NonAtomicVolatileUpdate") // the lock is held
	private boolean claimWorker() {
		// Whoever has added sees at least its own: under load, a lock less an event.
		if (this.wanted == 0) {
			return false;
		}
		this.lock.lock();
		try {
			if (this.wanted == 0) {
				return false;
			}
			this.wanted--;
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void startWorker() {
		try {
			this.executor.execute(this.task);
		}
		catch (RuntimeException | Error ex) {
			if (retireWithoutThread()) {
				logger.error("no thread for the handler of subscription {}; its events wait until there is one", name(),
						ex);
			}
		}
	}

	/** True the first time in a row. */
	private boolean retireWithoutThread() {
		this.lock.lock();
		try {
			this.workers--;
			boolean first = !this.withoutThread;
			this.withoutThread = true;
			return first;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Tries again where there was no thread for a worker. */
	void restart() {
		this.lock.lock();
		try {
			if (this.withoutThread && !this.closed) {
				added();
			}
		}
		finally {
			this.lock.unlock();
		}
		afterAdding(null);
	}

	private void tellFinished(boolean finished) {
		if (finished) {
			this.onFinished.accept(this);
		}
	}

	private void work() {
		Worker worker = new Worker(this, this.handler, this.errorHandler);
		this.busy.add(worker);
		try {
			worker.run(() -> handleAll(worker));
		}
		finally {
			this.busy.remove(worker);
		}
	}

	private void handleAll(Worker worker) {
		Delivery delivery = next(worker, null, null);
		long start = System.nanoTime();
		boolean first = true;
		while (delivery != null) {
			Throwable error = worker.handle(delivery);
			if (first) {
				// Enough to know the pace, and a burst is spared the clock.
				this.pace.took(System.nanoTime() - start);
				first = false;
			}
			delivery = next(worker, delivery, error);
		}
	}

	/** Books what was handled and takes the next; null ends the worker. */
	private @Nullable Delivery next(Worker worker, @Nullable Delivery previous, @Nullable Throwable error) {
		Delivery next;
		boolean finished = false;
		this.lock.lock();
		try {
			this.withoutThread = false;
			if (previous != null) {
				this.buffer.done(previous);
				count(previous, error);
				finished = isFinished();
			}
			next = this.closed ? null : this.buffer.take();
			if (next == null) {
				this.busy.remove(worker);
				this.workers--;
			}
			else if (this.concurrency > 1) {
				added();
			}
		}
		finally {
			this.lock.unlock();
		}
		tellFinished(finished);
		if (this.concurrency > 1) {
			afterAdding(null);
		}
		return next;
	}

	/**
	 * Closed, and nothing in hand. A worker that has not begun does not count: its
	 * executor may have dropped it. The lock is held.
	 */
	private boolean isFinished() {
		boolean finished = this.closed && this.buffer.inHand() == 0;
		if (finished) {
			this.idle.signalAll();
		}
		return finished;
	}

	@Override
	public Collection<RunningHandler> running() {
		return this.busy.stream().map(Worker::running).filter(Objects::nonNull).toList();
	}

	/** Reports handlers that have been running longer than a threshold, each once. */
	void reportSlow(Duration threshold, SlowHandlerListener listener) {
		for (Worker worker : this.busy) {
			worker.reportSlow(threshold, (delivery, runningFor) -> {
				countSlow();
				listener.onSlowHandler(this, delivery, runningFor);
			});
		}
	}

	private void countSlow() {
		this.lock.lock();
		try {
			this.slow++;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void close() {
		stop();
		if (!Worker.isCurrent()) {
			awaitFinish(System.nanoTime() + TimeUnit.NANOSECONDS.convert(this.shutdownTimeout));
		}
	}

	/** Takes nothing in and begins nothing any more; does not wait. */
	void stop() {
		boolean first;
		boolean finished;
		this.lock.lock();
		try {
			first = markClosed();
			finished = first && isFinished();
		}
		finally {
			this.lock.unlock();
		}
		if (first) {
			announceClosed();
		}
		tellFinished(finished);
	}

	/** Waits for the events in hand, up to a time; in vain only once. */
	void awaitFinish(long deadline) {
		boolean gaveUp = false;
		this.lock.lock();
		try {
			long left = deadline - System.nanoTime();
			while (this.buffer.inHand() > 0 && left > 0 && !this.stuck) {
				left = this.idle.awaitNanos(left);
			}
			gaveUp = this.buffer.inHand() > 0 && !this.stuck;
			if (gaveUp) {
				this.stuck = true;
				this.idle.signalAll();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.lock.unlock();
		}
		if (gaveUp) {
			logger.warn("subscription {} was closed while its handler was still running, the shutdown timeout of {} ms "
					+ "being over: {}", name(), this.shutdownTimeout.toMillis(), this.busy);
		}
	}

	/** Interrupts the handlers that still run. */
	void interrupt() {
		this.lock.lock();
		try {
			this.busy.forEach(Worker::interrupt);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Is the same one each time: it is asked for at every event. */
	private final class Task implements HandlerTask {

		@Override
		public void run() {
			work();
		}

		@Override
		public boolean isQuick() {
			return HandlerSubscription.this.pace.isQuick();
		}

	}

}
