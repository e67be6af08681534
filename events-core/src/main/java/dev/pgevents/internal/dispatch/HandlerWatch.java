package dev.pgevents.internal.dispatch;

import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Delivery;
import dev.pgevents.SlowHandlerListener;
import dev.pgevents.Subscription;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The handlers of a bus that may be running: those of open subscriptions, and those that
 * outlast theirs. Reports the slow ones, looks for a thread where there was none, and
 * ends them with the bus. Thread-safe.
 */
final class HandlerWatch implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(HandlerWatch.class);

	private final Set<HandlerSubscription> handlers = ConcurrentHashMap.newKeySet();

	private final String busName;

	private final Duration threshold;

	private final SlowHandlerListener listener;

	private final ScheduledExecutorService timer;

	/**
	 * Begins to watch.
	 * @param busName the name of the bus, for the thread and the log
	 * @param threshold when a running handler is reported; it is looked at four times as
	 * often
	 * @param listener called for slow handlers, which are logged as well
	 */
	HandlerWatch(String busName, Duration threshold, SlowHandlerListener listener) {
		this.busName = busName;
		this.threshold = threshold;
		this.listener = listener;
		this.timer = Executors.newSingleThreadScheduledExecutor(new BusThreadFactory(busName + "-watch"));
		long period = Math.max(1, TimeUnit.MILLISECONDS.convert(threshold) / 4);
		this.timer.scheduleWithFixedDelay(() -> this.handlers.forEach(this::look), period, period,
				TimeUnit.MILLISECONDS);
	}

	void add(HandlerSubscription handler) {
		this.handlers.add(handler);
	}

	/** Closed, and nothing in hand any more. */
	void remove(HandlerSubscription handler) {
		this.handlers.remove(handler);
	}

	/** Waits until those that were stopped have ended, all together up to a time. */
	void awaitFinish(long deadline) {
		this.handlers.forEach((handler) -> handler.awaitFinish(deadline));
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
		this.timer.shutdownNow();
	}

}
