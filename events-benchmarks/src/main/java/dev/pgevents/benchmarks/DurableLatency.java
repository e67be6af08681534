package dev.pgevents.benchmarks;

import java.util.concurrent.SynchronousQueue;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.PostgresEventBus;
import org.HdrHistogram.Histogram;

/**
 * From the call that publishes to the handler, one event at a time: a broadcast handler
 * without and with the log, a group, and a group whose handler has a transaction.
 */
final class DurableLatency {

	private DurableLatency() {
	}

	static void measure(DurableBench bench, Options options, Table table) throws Exception {
		try (PostgresEventBus plain = DurableBench.bus(bench.server().url(), "plain").build()) {
			add(table, "broadcast, no log", plain, options, (handler) -> DurableBench
				.ready(plain.subscribe(SubscriptionFilter.types(DurableBench.TYPE), handler)));
		}
		try (PostgresEventBus bus = bench.bus("broadcast")) {
			add(table, "broadcast, log", bus, options, (handler) -> DurableBench
				.ready(bus.subscribe(SubscriptionFilter.types(DurableBench.TYPE), handler)));
		}
		try (PostgresEventBus bus = bench.bus("group")) {
			add(table, "group", bus, options, (handler) -> DurableBench.join(bus, bench.newGroup(), handler));
		}
		try (PostgresEventBus bus = bench.bus("effect");
				DurableBench.Effects effects = new DurableBench.Effects(bus, bench.server()::connect)) {
			add(table, "group, handled in a transaction", bus, options,
					(handler) -> DurableBench.join(bus, bench.newGroup(), (event) -> {
						effects.handle(event);
						handler.onEvent(event);
					}));
		}
	}

	private static void add(Table table, String row, PostgresEventBus bus, Options options, Subscriber subscriber)
			throws Exception {
		SynchronousQueue<Long> handled = new SynchronousQueue<>();
		subscriber.subscribe((event) -> handled.put(System.nanoTime()));
		Histogram latency = new Histogram(3);
		long end = System.nanoTime() + options.number("millis", 5000) * 1_000_000L;
		for (long i = 0; System.nanoTime() < end; i++) {
			long start = System.nanoTime();
			bus.publishAsync(Event.of(DurableBench.TYPE, DurableBench.app(i), i));
			latency.recordValue(Math.max(0, handled.take() - start));
		}
		table.add(row, "p50 us", latency.getValueAtPercentile(50) / 1e3);
		table.add(row, "p99 us", latency.getValueAtPercentile(99) / 1e3);
	}

	/** Subscribes a handler. */
	@FunctionalInterface
	private interface Subscriber {

		void subscribe(EventHandler handler) throws Exception;

	}

}
