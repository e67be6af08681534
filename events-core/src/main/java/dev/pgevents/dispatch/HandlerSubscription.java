package dev.pgevents.dispatch;

import java.time.Clock;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.function.Consumer;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventErrorHandler;
import dev.pgevents.EventHandler;
import dev.pgevents.Gap;
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

	/** Set while a thread is inside a handler of any bus. */
	private static final ThreadLocal<Boolean> IN_HANDLER = new ThreadLocal<>();

	private final EventHandler handler;

	private final EventErrorHandler errorHandler;

	private final int concurrency;

	private final Executor executor;

	private final Condition idle = this.lock.newCondition();

	private final Set<Worker> busy = ConcurrentHashMap.newKeySet();

	private int workers;

	/** Workers to be started; written with the lock held. */
	private volatile int wanted;

	HandlerSubscription(String name, SubscriptionFilter filter, SubscriptionOptions options, EventHandler handler,
			Executor executor, Consumer<BusSubscription> onClose, Clock clock) {
		super(name, filter, options, options.concurrency(), onClose, clock);
		this.handler = handler;
		this.concurrency = options.concurrency();
		EventErrorHandler given = options.errorHandler();
		this.errorHandler = (given != null) ? given : new LoggingErrorHandler();
		this.executor = executor;
	}

	static boolean isInHandler() {
		return IN_HANDLER.get() != null;
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
	void afterAdding(@Nullable Executor starter) {
		while (claimWorker()) {
			startWorker((starter != null) ? starter : this.executor);
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

	private void startWorker(Executor starter) {
		try {
			starter.execute(this::work);
		}
		catch (RuntimeException | Error ex) {
			retire();
			logger.error("no thread for the handler of subscription {}; it goes on with the next event", name(), ex);
		}
	}

	private void retire() {
		this.lock.lock();
		try {
			this.workers--;
			this.idle.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void work() {
		Worker worker = new Worker();
		Boolean outer = IN_HANDLER.get();
		IN_HANDLER.set(true);
		this.busy.add(worker);
		try {
			Delivery delivery = next(null, null);
			while (delivery != null) {
				Throwable error = handle(worker, delivery);
				delivery = next(delivery, error);
			}
		}
		finally {
			this.busy.remove(worker);
			if (outer == null) {
				IN_HANDLER.remove();
			}
		}
	}

	/** Books what was handled and takes the next; null ends the worker. */
	private @Nullable Delivery next(@Nullable Delivery previous, @Nullable Throwable error) {
		Delivery next;
		this.lock.lock();
		try {
			if (previous != null) {
				this.buffer.done(previous);
				count(previous, error);
			}
			next = this.closed ? null : this.buffer.take();
			if (next == null) {
				this.workers--;
				this.idle.signalAll();
			}
			else if (this.concurrency > 1) {
				added();
			}
		}
		finally {
			this.lock.unlock();
		}
		if (this.concurrency > 1) {
			afterAdding(null);
		}
		return next;
	}

	private @Nullable Throwable handle(Worker worker, Delivery delivery) {
		worker.call = new Call(delivery, System.nanoTime());
		try {
			if (delivery instanceof Event event) {
				this.handler.onEvent(event);
			}
			else if (delivery instanceof Gap gap) {
				this.handler.onGap(gap);
			}
			return null;
		}
		catch (Throwable ex) {
			report(delivery, ex);
			return ex;
		}
		finally {
			worker.call = null;
			// An interrupt that the handler got or made must not hit the next event's.
			Thread.interrupted();
		}
	}

	private void report(Delivery delivery, Throwable error) {
		try {
			this.errorHandler.onError(this, delivery, error);
		}
		catch (RuntimeException | Error ex) {
			logger.error("error handler of subscription {} failed", name(), ex);
		}
	}

	/** Reports handlers that have been running longer than a threshold, each once. */
	void reportSlow(Duration threshold, SlowHandlerListener listener) {
		long now = System.nanoTime();
		for (Worker worker : this.busy) {
			Call call = worker.call;
			if (call == null) {
				continue;
			}
			long running = now - call.since;
			if (running > TimeUnit.NANOSECONDS.convert(threshold) && !call.reported) {
				call.reported = true;
				listener.onSlowHandler(this, call.delivery, Duration.ofNanos(running));
			}
		}
	}

	@Override
	public void close() {
		close(Long.MAX_VALUE);
	}

	/** Takes nothing in and begins nothing any more; does not wait. */
	void stop() {
		boolean first;
		this.lock.lock();
		try {
			first = markClosed();
		}
		finally {
			this.lock.unlock();
		}
		if (first) {
			announceClosed();
		}
	}

	/** Closes and waits for the events in hand, up to a time. */
	void close(long timeoutNanos) {
		stop();
		if (!isInHandler()) {
			awaitIdle(timeoutNanos);
		}
	}

	private void awaitIdle(long timeoutNanos) {
		long left = timeoutNanos;
		this.lock.lock();
		try {
			while (this.workers > 0 && left > 0) {
				left = this.idle.awaitNanos(left);
			}
			if (this.workers > 0) {
				logger.warn("subscription {} was closed while its handler was still running after {} ms", name(),
						TimeUnit.NANOSECONDS.toMillis(timeoutNanos));
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** What a worker is doing, for whoever watches. */
	private static final class Worker {

		private volatile @Nullable Call call;

	}

	private static final class Call {

		private final Delivery delivery;

		private final long since;

		private volatile boolean reported;

		private Call(Delivery delivery, long since) {
			this.delivery = delivery;
			this.since = since;
		}

	}

}
