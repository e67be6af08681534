package dev.pgevents;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

import dev.pgevents.internal.util.Ticker;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When the next run of a sync is due, and why: at once for an event or a gap, after a
 * backoff where the last one failed, after the interval otherwise. Thread-safe; one
 * thread runs and waits, and reports how its runs ended.
 */
final class SyncCadence {

	private static final Logger logger = LoggerFactory.getLogger(SyncLoop.class);

	private static final double JITTER = 0.1;

	/** How long the first run waits for listening, so that it covers the time before. */
	private static final Duration PATIENCE = Duration.ofSeconds(1);

	private final String name;

	private final Duration every;

	private final Duration everyWhenDeaf;

	private final Backoff backoff;

	private final BooleanSupplier delivering;

	private final Ticker ticker;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition change = this.lock.newCondition();

	private final PendingSync pending = new PendingSync();

	private boolean closed;

	/** Whether the first run is due, or was. */
	private boolean begun;

	/** What failed without the database may work now: not worth waiting out a backoff. */
	private boolean connectedAgain;

	private int failures;

	/** Of the failures, those since the connection was last back. */
	private int failuresInARow;

	SyncCadence(String name, Duration every, Duration everyWhenDeaf, Backoff backoff, BooleanSupplier delivering,
			Ticker ticker) {
		this.name = name;
		this.every = every;
		this.everyWhenDeaf = everyWhenDeaf;
		this.backoff = backoff;
		this.delivering = delivering;
		this.ticker = ticker;
	}

	void event(Event event) {
		mark(() -> this.pending.event(event));
	}

	void gap() {
		mark(this.pending::gap);
	}

	void gap(Gap.Reason reason) {
		mark(() -> {
			this.pending.gap();
			this.connectedAgain |= reason == Gap.Reason.RECONNECTED || reason == Gap.Reason.STOPPED;
		});
	}

	/** There is no listening to wait for. */
	void begin() {
		mark(this::beginOnce);
	}

	/**
	 * Listening has begun. What was published before came without an event: the first run
	 * finds it, or one more if the first could not wait.
	 */
	void listening() {
		mark(() -> {
			if (this.begun) {
				this.pending.gap();
				this.connectedAgain = true;
			}
			beginOnce();
		});
	}

	private void beginOnce() {
		if (!this.begun) {
			this.begun = true;
			this.pending.startup();
		}
	}

	/** Nothing is due any more. */
	void close() {
		mark(() -> this.closed = true);
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

	/** A run has failed; how many have, in a row. */
	int failed() {
		this.failuresInARow++;
		return ++this.failures;
	}

	/** A run has not failed; how many had before it, in a row. */
	int worked() {
		int before = this.failures;
		this.failures = 0;
		this.failuresInARow = 0;
		return before;
	}

	/** Waits for the next reason to run; null once closed. */
	@Nullable SyncTrigger next() {
		long lastRun = this.ticker.nanoTime();
		double jitter = 1 - JITTER * ThreadLocalRandom.current().nextDouble();
		long retryDelay = (this.failures > 0) ? this.backoff.delay(this.failuresInARow).toNanos() : 0;
		this.lock.lock();
		try {
			awaitListening();
			while (!this.closed) {
				long elapsed = this.ticker.nanoTime() - lastRun;
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

	private void awaitListening() {
		long left = TimeUnit.NANOSECONDS.convert(PATIENCE);
		try {
			while (!this.begun && !this.closed && left > 0) {
				left = this.ticker.awaitNanos(this.lock, this.change, left);
			}
		}
		catch (InterruptedException ex) {
			logger.debug("{}: interrupted, goes on", this.name, ex);
		}
		beginOnce();
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
		Duration interval = isDelivering() ? this.every : this.everyWhenDeaf;
		return (long) (TimeUnit.NANOSECONDS.convert(interval) * jitter);
	}

	/** A subscriber of the user's own may throw: no reason to end the loop in silence. */
	private boolean isDelivering() {
		try {
			return this.delivering.getAsBoolean();
		}
		catch (RuntimeException | Error ex) {
			logger.debug("{}: whether the bus delivers is not known", this.name, ex);
			return false;
		}
	}

	/** Looks up at the shorter cadence, since no call says when the bus falls deaf. */
	@SuppressWarnings("WaitNotInLoop") // the caller loops
	private void await(long nanos) {
		try {
			this.ticker.awaitNanos(this.lock, this.change,
					Math.min(nanos, TimeUnit.NANOSECONDS.convert(this.everyWhenDeaf)));
		}
		catch (InterruptedException ex) {
			// The task may have interrupted its own thread; the loop is ended by close().
			logger.debug("{}: interrupted, goes on", this.name, ex);
		}
	}

}
