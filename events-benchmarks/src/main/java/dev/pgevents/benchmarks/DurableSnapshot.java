package dev.pgevents.benchmarks;

import java.sql.Connection;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicLong;

import dev.pgevents.Event;
import dev.pgevents.postgres.PostgresEventBus;

/**
 * The rate of a group before and while a snapshot is held, which keeps the dead rows of
 * its cursors, and what these come to.
 */
final class DurableSnapshot {

	private static final int RATE = 1000;

	private DurableSnapshot() {
	}

	static void measure(DurableBench bench, Options options, Table table) throws Exception {
		int seconds = options.number("seconds", 600);
		AtomicLong handled = new AtomicLong();
		try (PostgresEventBus publisher = bench.bus("publisher");
				PostgresEventBus bus = bench.bus("group");
				DurableBench.Effects effects = new DurableBench.Effects(bus, bench.server()::connect);
				Connection holder = bench.server().connect();
				Statement hold = holder.createStatement()) {
			DurableBench.join(bus, bench.newGroup(), (event) -> {
				effects.handle(event);
				handled.incrementAndGet();
			});
			add(table, "before", publisher, handled, Math.min(seconds, 10));
			holder.setAutoCommit(false);
			hold.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
			hold.execute("SELECT count(*) FROM bench_rows");
			add(table, "snapshot held for " + seconds + " s", publisher, handled, seconds);
			String row = "snapshot held for " + seconds + " s";
			table.add(row, "dead rows of cursors",
					(double) bench.query("SELECT n_dead_tup FROM pg_stat_user_tables WHERE relname = 'event_cursor'"));
			table.add(row, "kB of cursors",
					(double) bench.query("SELECT pg_total_relation_size('pgevents.event_cursor') / 1024"));
		}
	}

	private static void add(Table table, String row, PostgresEventBus publisher, AtomicLong handled, int seconds)
			throws Exception {
		long before = handled.get();
		long start = System.nanoTime();
		DurableBench.steadily(RATE, seconds * 1000,
				(number, due) -> publisher.publishAsync(Event.of(DurableBench.TYPE, DurableBench.app(number), number)));
		DurableBench.await(() -> handled.get() - before == (long) RATE * seconds);
		table.add(row, "handled/s", RATE * seconds * 1e9 / (System.nanoTime() - start));
	}

}
