package dev.pgevents.spring.internal.actuate;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgevents.spring.SyncRun;
import dev.pgevents.spring.SyncRunListener;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Meters of the runs of synchronizing methods, tagged with the method's id. Thread-safe.
 *
 * @since 0.1
 */
public final class SyncMeters implements MeterBinder, SyncRunListener {

	private final List<MeterRegistry> registries = new CopyOnWriteArrayList<>();

	/** By method, how many runs have failed since one has worked. */
	private final Map<String, AtomicInteger> failing = new ConcurrentHashMap<>();

	@Override
	public void bindTo(MeterRegistry registry) {
		this.registries.add(registry);
		this.failing.forEach((method, count) -> registerFailing(registry, method, count));
	}

	@Override
	public void onRun(SyncRun run) {
		AtomicInteger count = this.failing.computeIfAbsent(run.id(), this::registerFailing);
		if (run.failure() != null) {
			count.incrementAndGet();
		}
		else {
			count.set(0);
		}
		this.registries.forEach((registry) -> timer(registry, run).record(run.took()));
	}

	private AtomicInteger registerFailing(String method) {
		AtomicInteger count = new AtomicInteger();
		this.registries.forEach((registry) -> registerFailing(registry, method, count));
		return count;
	}

	private static void registerFailing(MeterRegistry registry, String method, AtomicInteger count) {
		Gauge.builder("events.sync.failing", count, AtomicInteger::get)
			.description("Runs of the method that have failed since one has worked")
			.tag("sync", method)
			.register(registry);
	}

	private static Timer timer(MeterRegistry registry, SyncRun run) {
		return Timer.builder("events.sync.run")
			.description("Runs of the method, and how long they took")
			.tag("sync", run.id())
			.tag("outcome", (run.failure() != null) ? "failure" : "success")
			.register(registry);
	}

}
