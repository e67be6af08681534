package dev.pgevents.internal.util;

import java.time.Duration;
import java.util.Comparator;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import static org.awaitility.Awaitility.await;

/**
 * Time that passes when the test says so. Thread-safe.
 */
public final class ManualTicker implements Ticker {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private final AtomicLong now = new AtomicLong();

	private final Set<Wait> waits = ConcurrentHashMap.newKeySet();

	@Override
	public long nanoTime() {
		return this.now.get();
	}

	@Override
	@SuppressWarnings("WaitNotInLoop") // the caller loops
	public long awaitNanos(ReentrantLock lock, Condition condition, long nanos) throws InterruptedException {
		Wait wait = new Wait(lock, condition, sum(nanoTime(), nanos));
		this.waits.add(wait);
		try {
			// Time that passes from here on takes the lock before it signals.
			if (wait.left(nanoTime()) > 0) {
				condition.await();
			}
			return wait.left(nanoTime());
		}
		finally {
			this.waits.remove(wait);
		}
	}

	/**
	 * Waits until a thread waits for time to pass.
	 * @return how much is to pass until the first wait is over
	 */
	public Duration awaitWait() {
		AtomicReference<Duration> shortest = new AtomicReference<>();
		await().atMost(LIMIT).until(() -> {
			shortest.set(shortest());
			return shortest.get() != null;
		});
		return shortest.get();
	}

	/** Of the waits that are not over; null if there is none. */
	private Duration shortest() {
		return this.waits.stream()
			.map((wait) -> wait.left(nanoTime()))
			.filter((left) -> left > 0)
			.min(Comparator.naturalOrder())
			.map(Duration::ofNanos)
			.orElse(null);
	}

	/**
	 * Waits until a thread waits for time to pass, and lets as much pass as it waits for.
	 * @return how much
	 */
	public Duration passWait() {
		Duration wait = awaitWait();
		pass(wait);
		return wait;
	}

	/**
	 * Lets time pass.
	 * @param time how much
	 */
	public void pass(Duration time) {
		this.now.updateAndGet((nanos) -> sum(nanos, TimeUnit.NANOSECONDS.convert(time)));
		this.waits.forEach(Wait::signal);
	}

	private static long sum(long one, long other) {
		return (Long.MAX_VALUE - one < other) ? Long.MAX_VALUE : one + other;
	}

	private static final class Wait {

		private final ReentrantLock lock;

		private final Condition condition;

		private final long end;

		private Wait(ReentrantLock lock, Condition condition, long end) {
			this.lock = lock;
			this.condition = condition;
			this.end = end;
		}

		private long left(long now) {
			return this.end - now;
		}

		private void signal() {
			this.lock.lock();
			try {
				this.condition.signalAll();
			}
			finally {
				this.lock.unlock();
			}
		}

	}

}
