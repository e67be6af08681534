package dev.pgevents.internal.dispatch;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventErrorHandler;
import dev.pgevents.EventHandler;
import dev.pgevents.Gap;
import dev.pgevents.RunningHandler;
import dev.pgevents.Subscription;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A thread that calls a subscription's handler, and what it is doing, for the thread that
 * watches. Nothing that a handler throws gets past it. For its thread, but for what says
 * otherwise.
 */
final class Worker {

	private static final Logger logger = LoggerFactory.getLogger(HandlerSubscription.class);

	/**
	 * Whether a thread works for any subscription of any bus. Stays with the thread,
	 * which works again most likely; an array keeps no class loader of an application
	 * alive.
	 */
	private static final ThreadLocal<boolean[]> WORKING = ThreadLocal.withInitial(() -> new boolean[1]);

	private final Thread thread = Thread.currentThread();

	private final String busName;

	private final Subscription subscription;

	private final EventHandler handler;

	private final EventErrorHandler errorHandler;

	private final boolean[] working = WORKING.get();

	/** Whether the thread was working before, as a handler may publish to itself. */
	private boolean nested;

	/** Where it is among the busy ones; guarded by the subscription's lock. */
	int place = BusyWorkers.NOWHERE;

	private volatile @Nullable Call call;

	Worker(String busName, Subscription subscription, EventHandler handler, EventErrorHandler errorHandler) {
		this.busName = busName;
		this.subscription = subscription;
		this.handler = handler;
		this.errorHandler = errorHandler;
	}

	/** Whether the calling thread is inside a handler. */
	static boolean isCurrent() {
		return WORKING.get()[0];
	}

	/** Begins to work: handlers are called until {@link #end()}. */
	void begin() {
		this.nested = this.working[0];
		this.working[0] = true;
	}

	/** Ends what {@link #begin()} began. */
	void end() {
		// What interrupted this worker must not hit the executor's next task.
		Thread.interrupted();
		this.working[0] = this.nested;
	}

	/**
	 * Calls the handler.
	 * @param delivery what it is given
	 * @param now the present time, in {@code System.nanoTime()}
	 * @return what it threw, which was reported
	 */
	@Nullable Throwable handle(Delivery delivery, long now) {
		try {
			this.call = new Call(delivery, now);
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
			this.call = null;
			// An interrupt that the handler got or made must not hit the next event's.
			Thread.interrupted();
		}
	}

	private void report(Delivery delivery, Throwable error) {
		try {
			callErrorHandler(delivery, error);
		}
		catch (Throwable ex) {
			// Not even logging works, as when memory is short. The worker must go on: its
			// subscription would never be given another one.
		}
	}

	private void callErrorHandler(Delivery delivery, Throwable error) {
		try {
			this.errorHandler.onError(this.subscription, delivery, error);
		}
		catch (Throwable ex) {
			logger.error("{}: error handler of subscription {} failed", this.busName, this.subscription.name(), ex);
		}
	}

	/**
	 * Reports a call that has been running longer than a threshold, once. For the thread
	 * that watches.
	 */
	void reportSlow(Duration threshold, BiConsumer<Delivery, Duration> report) {
		Call current = this.call;
		if (current == null || current.reported) {
			return;
		}
		long running = System.nanoTime() - current.since;
		if (running > TimeUnit.NANOSECONDS.convert(threshold)) {
			current.reported = true;
			report.accept(current.delivery, Duration.ofNanos(running));
		}
	}

	/** What is in hand; null if nothing is. For any thread. */
	@Nullable RunningHandler running() {
		Call current = this.call;
		return (current != null)
				? new RunningHandler(current.delivery, this.thread, Duration.ofNanos(System.nanoTime() - current.since))
				: null;
	}

	/** Interrupts the handler, if it is still this worker that runs. For any thread. */
	void interrupt() {
		this.thread.interrupt();
	}

	/** For the log: what is in hand, and where. For any thread. */
	@Override
	public String toString() {
		Call current = this.call;
		return ((current != null) ? current.delivery : "nothing") + " on thread " + this.thread.getName();
	}

	private static final class Call {

		private final Delivery delivery;

		private final long since;

		/** For the thread that watches alone. */
		private boolean reported;

		private Call(Delivery delivery, long since) {
			this.delivery = delivery;
			this.since = since;
		}

	}

}
