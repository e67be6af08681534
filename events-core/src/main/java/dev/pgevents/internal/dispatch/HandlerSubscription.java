package dev.pgevents.internal.dispatch;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.pgevents.Delivery;
import dev.pgevents.EventErrorHandler;
import dev.pgevents.EventHandler;
import dev.pgevents.RunningHandler;
import dev.pgevents.SlowHandlerListener;
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

	private final boolean parallel;

	private final WorkerStarter starter;

	private final Duration shutdownTimeout;

	private final Consumer<HandlerSubscription> onFinished;

	private final HandlerTask task = new Task();

	private final Pace pace = new Pace();

	private final WorkerAccount account;

	private final ShutdownWait shutdown = new ShutdownWait(this.lock);

	private final BusyWorkers busy = new BusyWorkers();

	/**
	 * Creates a subscription that is not live yet.
	 * @param shutdownTimeout how long closing waits for the events in hand
	 * @param onFinished called once, when it is closed and nothing is in hand any more
	 */
	HandlerSubscription(String name, SubscriptionFilter filter, SubscriptionOptions options, EventHandler handler,
			WorkerStarter starter, Duration shutdownTimeout, Consumer<BusSubscription> onClose,
			Consumer<HandlerSubscription> onFinished, BusContext bus) {
		super(name, filter, options, options.concurrency(), onClose, bus);
		this.shutdownTimeout = shutdownTimeout;
		this.onFinished = onFinished;
		this.handler = handler;
		this.parallel = options.concurrency() > 1;
		this.account = new WorkerAccount(options.concurrency());
		EventErrorHandler given = options.errorHandler();
		this.errorHandler = (given != null) ? given : new LoggingErrorHandler();
		this.starter = starter;
	}

	@Override
	boolean claimsConsumer() {
		boolean claims = needsWorker();
		if (claims) {
			this.account.claimNew();
		}
		return claims;
	}

	@Override
	void startConsumer() {
		startWorker();
	}

	@Override
	boolean added() {
		boolean needs = needsWorker();
		if (needs) {
			this.account.want();
		}
		return needs;
	}

	private boolean needsWorker() {
		return this.account.hasRoom() && this.buffer.isReady();
	}

	@Override
	void afterAdding() {
		while (this.account.isWanted() && claimsWorker()) {
			startWorker();
		}
	}

	private boolean claimsWorker() {
		this.lock.lock();
		try {
			return this.account.claim();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void startWorker() {
		try {
			this.starter.start(this.task);
		}
		catch (RuntimeException | Error ex) {
			if (isFirstWithoutThread()) {
				logger.error("{}: no thread for the handler of subscription {}; its events wait until there is one",
						this.bus.busName(), name(), ex);
			}
			this.bus.watch().begin();
		}
	}

	private boolean isFirstWithoutThread() {
		this.lock.lock();
		try {
			return this.account.starved();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Tries again where there was no thread for a worker. */
	void restart() {
		this.lock.lock();
		try {
			if (this.account.isStarved() && !this.closed) {
				added();
			}
		}
		finally {
			this.lock.unlock();
		}
		afterAdding();
	}

	private void reportFinished(boolean finished) {
		if (finished) {
			this.onFinished.accept(this);
		}
	}

	private long work(long now) {
		Worker worker = new Worker(this.bus.busName(), this, this.handler, this.errorHandler);
		worker.begin();
		try {
			return handleAll(worker, now);
		}
		catch (Throwable ex) {
			forget(worker);
			throw ex;
		}
		finally {
			worker.end();
		}
	}

	/** What a handler throws does not come here; there is nothing to watch any more. */
	private void forget(Worker worker) {
		this.lock.lock();
		try {
			this.busy.remove(worker);
		}
		finally {
			this.lock.unlock();
		}
	}

	private long handleAll(Worker worker, long now) {
		Delivery delivery = next(worker, null, null);
		if (delivery == null) {
			return now;
		}
		this.bus.watch().begin();
		long start = beginning(now);
		Throwable error = worker.handle(delivery, start);
		long end = System.nanoTime();
		// Enough to know the pace.
		this.pace.took(end - start);
		delivery = next(worker, delivery, error);
		while (delivery != null) {
			error = worker.handle(delivery, beginning(end));
			end = System.nanoTime();
			delivery = next(worker, delivery, error);
		}
		return end;
	}

	/**
	 * When a handler begins: as the one before has ended, so that each takes one look at
	 * the clock, unless other workers were started in between, which may take any time.
	 */
	private long beginning(long before) {
		return this.parallel ? System.nanoTime() : before;
	}

	/** Books what was handled and takes the next; null ends the worker. */
	private @Nullable Delivery next(Worker worker, @Nullable Delivery previous, @Nullable Throwable error) {
		Delivery next;
		boolean finished = false;
		this.lock.lock();
		try {
			this.account.working();
			if (previous != null) {
				this.buffer.done(previous);
				count(previous, error);
				finished = isFinished();
			}
			next = this.closed ? null : this.buffer.take();
			if (next == null) {
				this.busy.remove(worker);
				this.account.ended();
			}
			else {
				if (previous == null) {
					this.busy.add(worker);
				}
				if (this.parallel) {
					added();
				}
			}
		}
		finally {
			this.lock.unlock();
		}
		reportFinished(finished);
		if (this.parallel) {
			afterAdding();
		}
		return next;
	}

	/** Whether something is in hand, or waits for a thread. */
	boolean isToBeWatched() {
		this.lock.lock();
		try {
			return !this.busy.isEmpty() || this.account.isStarved();
		}
		finally {
			this.lock.unlock();
		}
	}

	private List<Worker> busyWorkers() {
		this.lock.lock();
		try {
			return this.busy.list();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Closed, and nothing in hand. A worker that has not begun does not count: its
	 * executor may have dropped it. The lock is held.
	 */
	private boolean isFinished() {
		boolean finished = this.closed && this.buffer.inHand() == 0;
		if (finished) {
			this.shutdown.finished();
		}
		return finished;
	}

	@Override
	public void pause() {
		pause(true);
	}

	@Override
	public void resume() {
		pause(false);
	}

	private void pause(boolean paused) {
		this.lock.lock();
		try {
			this.buffer.pause(paused);
			if (!this.closed) {
				added();
			}
		}
		finally {
			this.lock.unlock();
		}
		afterAdding();
	}

	@Override
	public boolean isPaused() {
		this.lock.lock();
		try {
			return this.buffer.isPaused();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public Collection<RunningHandler> running() {
		return busyWorkers().stream().map(Worker::running).filter(Objects::nonNull).toList();
	}

	/** Reports handlers that have been running longer than a threshold, each once. */
	void reportSlow(Duration threshold, SlowHandlerListener listener) {
		for (Worker worker : busyWorkers()) {
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
		reportFinished(finished);
	}

	/** Waits for the events in hand, up to a time. */
	void awaitFinish(long deadline) {
		if (!waitForFinish(deadline)) {
			logger.warn(
					"{}: subscription {} was closed while its handler was still running, the shutdown timeout of "
							+ "{} ms being over: {}",
					this.bus.busName(), name(), this.shutdownTimeout.toMillis(), busyWorkers());
		}
	}

	private boolean waitForFinish(long deadline) {
		this.lock.lock();
		try {
			return this.shutdown.await(() -> this.buffer.inHand() == 0, deadline);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Interrupts the handlers that still run. */
	void interrupt() {
		this.lock.lock();
		try {
			this.busy.list().forEach(Worker::interrupt);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Is the same one each time: it is asked for at every event. */
	private final class Task implements HandlerTask {

		@Override
		public long run(long now) {
			return work(now);
		}

		@Override
		public long expectedNanos() {
			return HandlerSubscription.this.pace.expectedNanos();
		}

	}

}
