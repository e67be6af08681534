package dev.pgevents.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;

import dev.pgevents.Event;
import dev.pgevents.postgres.PostgresEventBus;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;

/**
 * A steady rate of events of many apps, each handled in a transaction of its own, once
 * the compiler has seen it for a while ({@code warmup}, in milliseconds), with the parts
 * of its latency; and beside it what the handlers' transactions reach by hand, with
 * nobody who publishes or listens, and beside a publisher of the same rate.
 */
final class DurableSteady {

	private DurableSteady() {
	}

	static void measure(DurableBench bench, Options options, Table table) throws Exception {
		int rate = options.number("rate", 2000);
		int millis = options.number("millis", 5000);
		Histogram published = new ConcurrentHistogram(3);
		Histogram begun = new ConcurrentHistogram(3);
		Histogram handling = new ConcurrentHistogram(3);
		Histogram latency = new ConcurrentHistogram(3);
		AtomicLong handled = new AtomicLong();
		try (PostgresEventBus publisher = bench.bus("publisher");
				PostgresEventBus bus = bench.bus("group");
				DurableBench.Effects effects = new DurableBench.Effects(bus, bench.server()::connect)) {
			DurableBench.join(bus, bench.newGroup(), (event) -> {
				long due = DurableBench.number(event);
				long begin = since(due, begun);
				effects.handle(event);
				since(begin, handling);
				since(due, latency);
				handled.incrementAndGet();
			});
			long before = publish(publisher, rate, options.number("warmup", 30_000), published);
			DurableBench.await(() -> handled.get() == before);
			List.of(published, begun, handling, latency).forEach(Histogram::reset);
			long start = System.nanoTime();
			long all = before + publish(publisher, rate, millis, published);
			DurableBench.await(() -> handled.get() == all);
			String row = rate + " events/s of " + DurableBench.APPS + " apps";
			table.add(row, "handled/s", (all - before) * 1e9 / (System.nanoTime() - start));
			add(table, row, latency);
			add(table, row + ": until published", published);
			add(table, row + ": until begun", begun);
			add(table, row + ": the handler", handling);
		}
		table.add("the handlers' transactions by hand, nothing else", "handled/s", byHand(bench, millis));
		try (PostgresEventBus publisher = bench.bus("publisher")) {
			ExecutorService beside = Executors.newSingleThreadExecutor();
			Future<Long> publishing = beside
				.submit(() -> publish(publisher, rate, 2 * millis, new ConcurrentHistogram(3)));
			table.add("by hand, beside a publisher of " + rate + "/s", "handled/s", byHand(bench, millis));
			publishing.get();
			beside.shutdown();
		}
	}

	/** Records the time since then, and returns what time it is. */
	private static long since(long then, Histogram times) {
		long now = System.nanoTime();
		times.recordValue(Math.max(0, now - then));
		return now;
	}

	private static void add(Table table, String row, Histogram times) {
		table.add(row, "p50 ms", times.getValueAtPercentile(50) / 1e6);
		table.add(row, "p99 ms", times.getValueAtPercentile(99) / 1e6);
	}

	/** What the server and the driver can do of the same statements, without events. */
	private static double byHand(DurableBench bench, int millis) throws Exception {
		bench.server().execute("DROP TABLE IF EXISTS bench_cursors");
		bench.server()
			.execute(
					"CREATE TABLE bench_cursors (part integer PRIMARY KEY, pos bigint NOT NULL) WITH (fillfactor = 30)");
		bench.server()
			.execute("INSERT INTO bench_cursors SELECT part, 0 FROM generate_series(1, " + DurableBench.CONCURRENCY
					+ ") AS part");
		List<Connection> connections = new ArrayList<>();
		for (int i = 0; i < DurableBench.CONCURRENCY; i++) {
			Connection connection = bench.server().connect();
			connection.setAutoCommit(false);
			connections.add(connection);
		}
		Load.Work work = (thread) -> handle(connections.get(thread), thread + 1);
		Load.run(DurableBench.CONCURRENCY, millis, work); // for the compiler
		double rate = Load.run(DurableBench.CONCURRENCY, millis, work).perSecond();
		for (Connection connection : connections) {
			connection.close();
		}
		return rate;
	}

	private static void handle(Connection connection, int part) throws SQLException {
		try (PreparedStatement insert = connection
			.prepareStatement("INSERT INTO bench_effects (app, number) VALUES (?, ?)");
				PreparedStatement update = connection
					.prepareStatement("UPDATE bench_cursors SET pos = pos + 1 WHERE part = ?")) {
			insert.setString(1, "app" + part);
			insert.setLong(2, part);
			insert.executeUpdate();
			update.setInt(1, part);
			update.executeUpdate();
			connection.commit();
		}
	}

	/** Returns how many it has published. */
	private static long publish(PostgresEventBus publisher, int rate, int millis, Histogram published)
			throws Exception {
		DurableBench.steadily(rate, millis,
				(number, due) -> publisher.publishAsync(Event.of(DurableBench.TYPE, DurableBench.app(number), due))
					.thenRun(() -> since(due, published)));
		return (long) rate * millis / 1000;
	}

}
