package dev.pgevents.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import dev.pgevents.Event;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.PostgresEventBus;

/** How fast a group catches up that was away, with and without a transaction an event. */
final class DurableBacklog {

	private static final int BATCH = 1000;

	private DurableBacklog() {
	}

	static void measure(DurableBench bench, Options options, Table table) throws Exception {
		int events = options.number("events", 200_000);
		String coalesced = bench.newGroup();
		String transactional = bench.newGroup();
		try (PostgresEventBus bus = bench.bus("before")) {
			for (String group : List.of(coalesced, transactional)) {
				Subscription subscription = bus.subscribe(SubscriptionFilter.types(DurableBench.TYPE),
						SubscriptionOptions.builder().group(group).build(), (event) -> {
						});
				DurableBench.ready(subscription);
				subscription.close();
			}
			for (int i = 0; i < events; i += BATCH) {
				List<Event> batch = new ArrayList<>();
				for (int j = i; j < Math.min(events, i + BATCH); j++) {
					batch.add(Event.of(DurableBench.TYPE, DurableBench.app(j), j));
				}
				bus.publishAll(batch);
			}
		}
		AtomicLong handled = new AtomicLong();
		try (PostgresEventBus bus = bench.bus("coalesced")) {
			long start = System.nanoTime();
			DurableBench.join(bus, coalesced, (event) -> handled.incrementAndGet());
			DurableBench.await(() -> handled.get() == events);
			table.add("positions written together", "events/s", events * 1e9 / (System.nanoTime() - start));
		}
		handled.set(0);
		int some = Math.min(events, options.number("transactions", 20_000));
		try (PostgresEventBus bus = bench.bus("transactional");
				DurableBench.Effects effects = new DurableBench.Effects(bus, bench.server()::connect)) {
			long start = System.nanoTime();
			DurableBench.join(bus, transactional, (event) -> {
				effects.handle(event);
				handled.incrementAndGet();
			});
			DurableBench.await(() -> handled.get() >= some);
			table.add("a transaction an event", "events/s", handled.get() * 1e9 / (System.nanoTime() - start));
		}
	}

}
