package dev.pgevents;

import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The hybrid pattern: runs a task as soon as a matching event arrives, and also when
 * events may have been missed and every now and then, so that a lost notification costs
 * time and nothing else. The task runs at start, once more when listening has begun if it
 * had not, on events, after gaps, and after each interval; never twice at a time, on one
 * daemon thread of the loop's own. What arrives during a run makes one more run. A failed
 * run is tried again, with backoff (up to 30 seconds, or {@code every} if that is
 * shorter), and at once when the connection is back, which also begins the backoff anew.
 * While the bus is not delivering, the interval shortens to {@code everyWhenDeaf}.
 * Thread-safe.
 *
 * @since 0.1
 */
public final class SyncLoop implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(SyncLoop.class);

	private static final double JITTER = 0.1;

	private final String name;

	private final Subscriber subscriber;

	private final Duration every;

	private final Duration everyWhenDeaf;

	private final SyncTask task;

	private final Backoff backoff;

	private final Duration shutdownTimeout;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition change = this.lock.newCondition();

	private final PendingSync pending = new PendingSync();

	private final Thread thread;

	private final Subscription subscription;

	private boolean closed;

	/** What failed without the database may work now: not worth waiting out a backoff. */
	private boolean connectedAgain;

	private int failures;

	/** Of the failures, those since the connection was last back. */
	private int failuresInARow;

	private SyncLoop(Builder builder, SyncTask task) {
		this.name = builder.name;
		this.subscriber = builder.subscriber;
		this.every = builder.every;
		this.everyWhenDeaf = builder.deafInterval();
		this.task = task;
		this.backoff = builder.retryBackoff();
		this.shutdownTimeout = builder.shutdownTimeout;
		this.pending.startup();
		this.thread = new Thread(this::run, this.name);
		this.thread.setDaemon(true);
		this.subscription = this.subscriber.subscribe(builder.filter,
				SubscriptionOptions.builder().name(this.name).build(), new EventHandler() {

					@Override
					public void onEvent(Event event) {
						mark(() -> SyncLoop.this.pending.event(event));
					}

					@Override
					public void onGap(Gap gap) {
						mark(() -> gap(gap.reason()));
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
		mark(this.pending::gap);
	}

	/**
	 * Ends the loop and waits for the run in hand, up to the shutdown timeout: a run that
	 * takes longer is told in the log and interrupted. Does not wait when called from
	 * within the task. An interrupt ends the wait and stays set. Closing again does
	 * nothing.
	 */
	@Override
	public void close() {
		mark(() -> this.closed = true);
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
		CompletableFuture<Void> ready = this.subscription.ready();
		if (!ready.isDone()) {
			// What is published between the first run and the LISTEN comes without an
			// event.
			ready.thenRun(() -> mark(this::listening));
		}
		this.thread.start();
	}

	private void mark(Runnable news) {
		this.lock.lock();
		try {
			news.run();
			this.change.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void gap(Gap.Reason reason) {
		this.pending.gap();
		this.connectedAgain |= reason == Gap.Reason.RECONNECTED;
	}

	private void listening() {
		this.pending.startup();
		this.connectedAgain = true;
	}

	private void run() {
		SyncTrigger trigger = next(System.nanoTime());
		while (trigger != null) {
			attempt(trigger);
			trigger = next(System.nanoTime());
		}
	}

	private void attempt(SyncTrigger trigger) {
		try {
			this.task.sync(trigger);
			if (this.failures > 0) {
				logger.info("{}: working again after {} failures", this.name, this.failures);
			}
			this.failures = 0;
			this.failuresInARow = 0;
		}
		catch (Exception | Error ex) {
			this.failures++;
			this.failuresInARow++;
			if (this.failures == 1) {
				logger.error("{}: failed, will be tried again with backoff", this.name, ex);
			}
			else {
				logger.debug("{}: failed {} times in a row", this.name, this.failures, ex);
			}
		}
	}

	/** Waits for the next reason to run; null ends the loop. */
	private @Nullable SyncTrigger next(long lastRun) {
		double jitter = 1 - JITTER * ThreadLocalRandom.current().nextDouble();
		long retryDelay = (this.failures > 0) ? this.backoff.delay(this.failuresInARow).toNanos() : 0;
		this.lock.lock();
		try {
			while (!this.closed) {
				long elapsed = System.nanoTime() - lastRun;
				long wait = (this.failures > 0) ? Math.min(retryDelay, interval(jitter)) : interval(jitter);
				if (this.failures > 0) {
					if (elapsed >= wait || this.connectedAgain) {
						this.pending.retry();
						return take();
					}
				}
				else if (this.pending.isAny()) {
					return take();
				}
				else if (elapsed >= wait) {
					this.pending.interval();
					return take();
				}
				await(wait - elapsed);
			}
			return null;
		}
		finally {
			this.lock.unlock();
		}
	}

	private SyncTrigger take() {
		if (this.connectedAgain) {
			// What failed for want of a database says nothing about the next attempt.
			this.failuresInARow = 0;
		}
		this.connectedAgain = false;
		return this.pending.take();
	}

	private long interval(double jitter) {
		Duration interval = this.subscriber.isDelivering() ? this.every : this.everyWhenDeaf;
		return (long) (TimeUnit.NANOSECONDS.convert(interval) * jitter);
	}

	/** Looks up at the shorter cadence, since nobody says when the bus falls deaf. */
	@SuppressWarnings("WaitNotInLoop") // the caller loops
	private void await(long nanos) {
		try {
			this.change.awaitNanos(Math.min(nanos, TimeUnit.NANOSECONDS.convert(this.everyWhenDeaf)));
		}
		catch (InterruptedException ex) {
			// The task may have interrupted its own thread; the loop is ended by close().
			logger.debug("{}: interrupted, goes on", this.name, ex);
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

		private @Nullable Backoff backoff;

		private @Nullable SyncTask task;

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
			this.every = positive("every", every);
			return this;
		}

		/**
		 * Sets how often to run while the bus is not delivering; 5 seconds, or
		 * {@code every} if that is shorter, if never called.
		 * @param everyWhenDeaf a positive time
		 * @return this
		 */
		public Builder everyWhenDeaf(Duration everyWhenDeaf) {
			this.everyWhenDeaf = positive("everyWhenDeaf", everyWhenDeaf);
			return this;
		}

		/**
		 * Sets how long closing waits for a run in hand; 10 seconds if never called.
		 * @param shutdownTimeout a positive time
		 * @return this
		 */
		public Builder shutdownTimeout(Duration shutdownTimeout) {
			this.shutdownTimeout = positive("shutdownTimeout", shutdownTimeout);
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

		Backoff retryBackoff() {
			if (this.backoff != null) {
				return this.backoff;
			}
			return new Backoff(shorter(this.every, FIRST_RETRY), 2, shorter(this.every, LAST_RETRY));
		}

		private Duration deafInterval() {
			if (this.everyWhenDeaf != null) {
				return this.everyWhenDeaf;
			}
			return shorter(this.every, DEAF_LIMIT);
		}

		private static Duration shorter(Duration one, Duration other) {
			return (one.compareTo(other) < 0) ? one : other;
		}

		private static Duration positive(String name, Duration value) {
			if (value.isNegative() || value.isZero()) {
				throw new IllegalArgumentException(name + " is " + value + ", it must be positive");
			}
			return value;
		}

	}

}
