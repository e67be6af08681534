package dev.pgevents.benchmarks;

import java.util.concurrent.atomic.AtomicLong;

import dev.pgevents.Event;
import dev.pgevents.postgres.PostgresEventBus;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/** A steady rate of events of many apps, each handled in a transaction of its own. */
final class DurableSteady {

	private DurableSteady() {
	}

	static void measure(DurableBench bench, Options options, Table table) throws Exception {
		int rate = options.number("rate", 2000);
		int millis = options.number("millis", 5000);
		Histogram latency = new ConcurrentHistogram(3);
		AtomicLong handled = new AtomicLong();
		try (PostgresEventBus publisher = bench.bus("publisher");
				PostgresEventBus bus = bench.bus("group");
				DurableBench.Effects effects = new DurableBench.Effects(bus, bench.server()::connect)) {
			DurableBench.join(bus, bench.newGroup(), (event) -> {
				effects.handle(event);
				latency.recordValue(Math.max(0, System.nanoTime() - DurableBench.number(event)));
				handled.incrementAndGet();
			});
			long start = System.nanoTime();
			DurableBench.steadily(rate, millis, (number, due) -> publisher
				.publishAsync(Event.of(DurableBench.TYPE, DurableBench.app(number), due)));
			DurableBench.await(() -> handled.get() == (long) rate * millis / 1000);
			String row = rate + " events/s of " + DurableBench.APPS + " apps";
			table.add(row, "handled/s", handled.get() * 1e9 / (System.nanoTime() - start));
			table.add(row, "p50 ms", latency.getValueAtPercentile(50) / 1e6);
			table.add(row, "p99 ms", latency.getValueAtPercentile(99) / 1e6);
		}
	}

}
