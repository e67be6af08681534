package dev.pgevents.postgres;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import static org.awaitility.Awaitility.await;

/** Does a thing again and again until closed. */
final class Repeated implements AutoCloseable {

	private final ScheduledExecutorService executor = Executors.newSingleThreadScheduledExecutor();

	private final AtomicInteger times = new AtomicInteger();

	private final AtomicReference<Throwable> failure = new AtomicReference<>();

	private Repeated() {
	}

	static Repeated every(Duration period, Runnable action) {
		return every(period, Executors.callable(action));
	}

	static Repeated every(Duration period, Callable<?> action) {
		Repeated repeated = new Repeated();
		repeated.executor.scheduleAtFixedRate(() -> repeated.once(action), 0, period.toNanos(), TimeUnit.NANOSECONDS);
		return repeated;
	}

	private void once(Callable<?> action) {
		try {
			action.call();
			this.times.incrementAndGet();
		}
		catch (Exception ex) {
			this.failure.compareAndSet(null, ex);
		}
	}

	void awaitTimes(int times, Duration limit) {
		await().atMost(limit).until(() -> this.times.get() >= times || this.failure.get() != null);
		if (this.failure.get() != null) {
			throw new AssertionError("failed after " + this.times.get() + " times", this.failure.get());
		}
	}

	@Override
	public void close() {
		this.executor.shutdownNow();
		await().atMost(Duration.ofMinutes(1)).until(this.executor::isTerminated);
	}

}
