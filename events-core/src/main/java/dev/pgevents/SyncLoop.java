package dev.pgevents;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;

import dev.pgevents.internal.util.Require;
import dev.pgevents.internal.util.Ticker;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hybrid pattern: runs a task as soon as a matching event arrives, and also when
 * events may have been missed and every now and then, so that a lost notification costs
 * time and nothing else. The task runs at start, on events, after gaps, and after each
 * interval; never twice at a time, on one daemon thread of the loop's own. The run at
 * start waits up to a second for listening to begin, so that it covers what was published
 * before; where that takes longer, one more run follows it, as after a gap. What arrives
 * during a run makes one more run. A failed run is tried again, with backoff (up to 30
 * seconds, or {@code every} if that is shorter), and at once when the connection is back,
 * which also begins the backoff anew. While the bus is not delivering, the interval
 * shortens to {@code everyWhenDeaf}. Thread-safe.
 *
 * @since 0.1
 */
public final class SyncLoop implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(SyncLoop.class);

	private final String name;

	private final SyncTask task;

	private final Duration shutdownTimeout;

	private final BiConsumer<Throwable, Runnable> failureReporting;

	private final SyncCadence cadence;

	private final Thread thread;

	private final Subscription subscription;

	private SyncLoop(Builder builder, SyncTask task) {
		this.name = builder.name;
		this.task = task;
		this.shutdownTimeout = builder.shutdownTimeout;
		this.failureReporting = builder.failureReporting;
		this.cadence = new SyncCadence(builder.name, builder.every, builder.deafInterval(), builder.retryBackoff(),
				builder.subscriber::isDelivering, builder.ticker);
		this.thread = new Thread(this::run, this.name);
		this.thread.setDaemon(true);
		this.subscription = builder.subscriber.subscribe(builder.filter,
				SubscriptionOptions.builder().name(this.name).build(), new EventHandler() {

					@Override
					public void onEvent(Event event) {
						SyncLoop.this.cadence.event(event);
					}

					@Override
					public void onGap(Gap gap) {
						SyncLoop.this.cadence.gap(gap.reason());
					}
				});
	}

	/**
	 * Starts to describe a loop.
	 * @param subscriber where events come from
	 * @param filter which events there is something to do for
	 * @return a builder
	 */
	public static Builder builder(Subscriber subscriber, SubscriptionFilter filter) {
		return new Builder(subscriber, filter);
	}

	/**
	 * Runs the task as if events may have been missed.
	 */
	public void trigger() {
		this.cadence.gap();
	}

	/**
	 * Ends the loop and waits for the run in hand, up to the shutdown timeout: a run that
	 * takes longer is logged and interrupted. Does not wait when called from within the
	 * task. An interrupt ends the wait and stays set. Closing again does nothing.
	 */
	@Override
	public void close() {
		this.cadence.close();
		this.subscription.close();
		if (Thread.currentThread() != this.thread) {
			awaitEnd();
		}
	}

	private void awaitEnd() {
		try {
			// Rounded up, since joining for 0 ms is joining for ever.
			this.thread.join(Math.max(1, TimeUnit.MILLISECONDS.convert(this.shutdownTimeout)));
			if (this.thread.isAlive()) {
				logger.warn("{}: closed while its task was still running, the shutdown timeout of {} ms being over; "
						+ "the task is interrupted", this.name, this.shutdownTimeout.toMillis());
				this.thread.interrupt();
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private void start() {
		this.subscription.ready().whenComplete((none, failure) -> {
			if (failure == null) {
				this.cadence.listening();
			}
			else {
				this.cadence.begin();
			}
		});
		this.thread.start();
	}

	private void run() {
		SyncTrigger trigger = this.cadence.next();
		while (trigger != null) {
			attempt(trigger);
			trigger = this.cadence.next();
		}
	}

	private void attempt(SyncTrigger trigger) {
		try {
			this.task.sync(trigger);
			int failures = this.cadence.worked();
			if (failures > 0) {
				logger.info("{}: working again after {} failures", this.name, failures);
			}
		}
		catch (Exception | Error ex) {
			int failures = this.cadence.failed();
			report(failures, ex);
		}
	}

	private void report(int failures, Throwable failure) {
		try {
			this.failureReporting.accept(failure, () -> log(failures, failure));
		}
		catch (RuntimeException | Error ex) {
			logger.error("{}: the report of a failure failed", this.name, ex);
		}
	}

	private void log(int failures, Throwable failure) {
		if (failures == 1) {
			logger.error("{}: failed, will be tried again with backoff", this.name, failure);
		}
		else {
			logger.debug("{}: failed {} times in a row", this.name, failures, failure);
		}
	}

	/**
	 * Describes a loop. Not thread-safe.
	 */
	public static final class Builder {

		private static final Duration DEAF_LIMIT = Duration.ofSeconds(5);

		private static final Duration FIRST_RETRY = Duration.ofMillis(100);

		private static final Duration LAST_RETRY = Duration.ofSeconds(30);

		private final Subscriber subscriber;

		private final SubscriptionFilter filter;

		private String name = "events-sync";

		private Duration every = Duration.ofSeconds(30);

		private @Nullable Duration everyWhenDeaf;

		private Duration shutdownTimeout = Duration.ofSeconds(10);

		private BiConsumer<Throwable, Runnable> failureReporting = (failure, report) -> report.run();

		private @Nullable Backoff backoff;

		private @Nullable SyncTask task;

		private Ticker ticker = Ticker.SYSTEM;

		private Builder(Subscriber subscriber, SubscriptionFilter filter) {
			this.subscriber = Objects.requireNonNull(subscriber, "subscriber");
			this.filter = Objects.requireNonNull(filter, "filter");
		}

		/**
		 * Names the loop, for its thread and the log.
		 * @param name the name
		 * @return this
		 */
		public Builder name(String name) {
			this.name = Objects.requireNonNull(name, "name");
			return this;
		}

		/**
		 * Sets how often to run when nothing arrives; 30 seconds if never called. Up to a
		 * tenth is taken off at random.
		 * @param every a positive time
		 * @return this
		 */
		public Builder every(Duration every) {
			this.every = Require.positive("every", every);
			return this;
		}

		/**
		 * Sets how often to run while the bus is not delivering; 5 seconds, or
		 * {@code every} if that is shorter, if never called.
		 * @param everyWhenDeaf a positive time
		 * @return this
		 */
		public Builder everyWhenDeaf(Duration everyWhenDeaf) {
			this.everyWhenDeaf = Require.positive("everyWhenDeaf", everyWhenDeaf);
			return this;
		}

		/**
		 * Sets how long closing waits for a run in hand; 10 seconds if never called.
		 * @param shutdownTimeout a positive time
		 * @return this
		 */
		public Builder shutdownTimeout(Duration shutdownTimeout) {
			this.shutdownTimeout = Require.positive("shutdownTimeout", shutdownTimeout);
			return this;
		}

		/**
		 * Sets how the failure of a run is reported: it is logged, and nothing else, if
		 * never called. Tracing can have the line written within the trace of the run.
		 * @param failureReporting called on the loop's thread right after the run, with
		 * what the task threw and with what writes the log line
		 * @return this
		 */
		public Builder failureReporting(BiConsumer<Throwable, Runnable> failureReporting) {
			this.failureReporting = Objects.requireNonNull(failureReporting, "failureReporting");
			return this;
		}

		/**
		 * Sets what to do.
		 * @param task the task
		 * @return this
		 */
		public Builder task(SyncTask task) {
			this.task = Objects.requireNonNull(task, "task");
			return this;
		}

		/**
		 * Starts the loop.
		 * @return the running loop; close it when done
		 * @throws IllegalStateException if there is no task
		 */
		public SyncLoop start() {
			if (this.task == null) {
				throw new IllegalStateException("the loop has nothing to do: call task(...)");
			}
			SyncLoop loop = new SyncLoop(this, this.task);
			loop.start();
			return loop;
		}

		/** For tests, which cannot wait. */
		Builder backoff(Backoff backoff) {
			this.backoff = backoff;
			return this;
		}

		/** For tests, in which time passes when they say so. */
		Builder ticker(Ticker ticker) {
			this.ticker = ticker;
			return this;
		}

		Backoff retryBackoff() {
			if (this.backoff != null) {
				return this.backoff;
			}
			return new Backoff(shorter(this.every, FIRST_RETRY), 2, shorter(this.every, LAST_RETRY));
		}

		Duration deafInterval() {
			if (this.everyWhenDeaf != null) {
				return this.everyWhenDeaf;
			}
			return shorter(this.every, DEAF_LIMIT);
		}

		private static Duration shorter(Duration one, Duration other) {
			return (one.compareTo(other) < 0) ? one : other;
		}

	}

}
