package dev.pgevents.internal.dispatch;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

import dev.pgevents.Delivery;
import dev.pgevents.SlowHandlerListener;
import dev.pgevents.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handlers of a bus that may be running: those of open subscriptions, and those that
 * outlast theirs. Reports the slow ones, looks for a thread where there was none, and
 * ends them with the bus. Thread-safe.
 *
 * <p>
 * Its thread looks while a handler runs, and rests after the first look at which none
 * does: an idle bus wakes nobody. Whoever begins a handler while it rests wakes it, hence
 * once in the time between two looks at most.
 */
final class HandlerWatch implements AutoCloseable, BusContext.Watch {

	private static final Logger logger = LoggerFactory.getLogger(HandlerWatch.class);

	private final Set<HandlerSubscription> handlers = ConcurrentHashMap.newKeySet();

	private final String busName;

	private final Duration threshold;

	private final SlowHandlerListener listener;

	private final long periodNanos;

	/** Whether the next look is due in a while, and not for now never. */
	private final AtomicBoolean watching = new AtomicBoolean();

	private final Thread thread;

	private volatile boolean closed;

	/**
	 * A watch that rests.
	 * @param busName the name of the bus, for the thread and the log
	 * @param threshold when a running handler is reported; it is looked at four times as
	 * often
	 * @param listener called for slow handlers, which are logged as well
	 */
	HandlerWatch(String busName, Duration threshold, SlowHandlerListener listener) {
		this.busName = busName;
		this.threshold = threshold;
		this.listener = listener;
		this.periodNanos = Math.max(TimeUnit.MILLISECONDS.toNanos(1), TimeUnit.NANOSECONDS.convert(threshold) / 4);
		this.thread = new BusThreadFactory(busName + "-watch").newThread(this::watch);
		this.thread.start();
	}

	void add(HandlerSubscription handler) {
		this.handlers.add(handler);
	}

	/** Closed, and nothing in hand any more. */
	void remove(HandlerSubscription handler) {
		this.handlers.remove(handler);
	}

	@Override
	public void begin() {
		if (!this.watching.get() && this.watching.compareAndSet(false, true)) {
			LockSupport.unpark(this.thread);
		}
	}

	private void watch() {
		while (!this.closed) {
			// Nobody else has a reason to interrupt this thread, which could not park.
			Thread.interrupted();
			if (!this.watching.get()) {
				LockSupport.park(this);
			}
			else {
				LockSupport.parkNanos(this, this.periodNanos);
				for (HandlerSubscription handler : this.handlers) {
					look(handler);
				}
				rest();
			}
		}
	}

	/** One that begins after it was not seen here finds that nobody watches. */
	private void rest() {
		if (!isNeeded()) {
			this.watching.set(false);
			if (isNeeded()) {
				this.watching.set(true);
			}
		}
	}

	private boolean isNeeded() {
		for (HandlerSubscription handler : this.handlers) {
			if (handler.isToBeWatched()) {
				return true;
			}
		}
		return false;
	}

	/** Waits until those that were stopped have ended, all together up to a time. */
	void awaitFinish(long deadline) {
		for (HandlerSubscription handler : this.handlers) {
			handler.awaitFinish(deadline);
		}
	}

	/** Interrupts those that still run. */
	void interrupt() {
		this.handlers.forEach(HandlerSubscription::interrupt);
	}

	private void look(HandlerSubscription handler) {
		try {
			handler.restart();
			handler.reportSlow(this.threshold, this::report);
		}
		catch (Throwable ex) {
			// Memory is short, most likely. Thrown on, it would end the watch for good.
		}
	}

	private void report(Subscription subscription, Delivery delivery, Duration runningFor) {
		try {
			logger.warn(
					"{}: handler of subscription {} has been running for {} ms with {} and goes on; its next events wait",
					this.busName, subscription.name(), runningFor.toMillis(), delivery);
			this.listener.onSlowHandler(subscription, delivery, runningFor);
		}
		catch (Throwable ex) {
			logger.error("{}: slow handler listener failed", this.busName, ex);
		}
	}

	/** Watches no more. */
	@Override
	public void close() {
		this.closed = true;
		this.thread.interrupt();
	}

}
