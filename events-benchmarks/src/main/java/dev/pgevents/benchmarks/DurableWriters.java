package dev.pgevents.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import dev.pgevents.Event;
import dev.pgevents.postgres.PostgresEventBus;
import org.jspecify.annotations.Nullable;

/**
 * Writers that insert a row and publish an event in the same transaction: without events,
 * without the log, with it for many apps, and with it for one app.
 */
final class DurableWriters {

	private DurableWriters() {
	}

	static void measure(DurableBench bench, Options options, Table table) throws Exception {
		try (PostgresEventBus plain = DurableBench.bus(bench.server().url(), "plain").listening(false).build();
				PostgresEventBus log = bench.bus("log")) {
			log.initializeEventLog();
			for (int writers : options.numbers("writers", "8")) {
				double none = run(bench, options, writers, null, DurableBench.APPS);
				double without = run(bench, options, writers, plain, DurableBench.APPS);
				double with = run(bench, options, writers, log, DurableBench.APPS);
				double one = run(bench, options, writers, log, 1);
				table.add(writers + " writers, no events", "tx/s", none);
				table.add(writers + " writers, transactional, no log", "tx/s", without);
				table.add(writers + " writers, transactional, log", "tx/s", with);
				table.add(writers + " writers, transactional, log", "of the rate without the log", with / without);
				table.add(writers + " writers, transactional, log, one app", "tx/s", one);
				table.add(writers + " writers, transactional, log, one app", "of the rate without the log",
						one / without);
			}
		}
	}

	private static double run(DurableBench bench, Options options, int writers, @Nullable PostgresEventBus bus,
			int apps) throws Exception {
		List<Connection> connections = new ArrayList<>();
		for (int i = 0; i < writers; i++) {
			Connection connection = bench.server().connect();
			connection.setAutoCommit(false);
			connections.add(connection);
		}
		long[] numbers = new long[writers];
		Load load = Load.run(writers, options.number("millis", 5000),
				(thread) -> write(connections.get(thread), bus, "app" + (thread + writers * numbers[thread]++) % apps));
		for (Connection connection : connections) {
			connection.close();
		}
		return load.perSecond();
	}

	private static void write(Connection connection, @Nullable PostgresEventBus bus, String app) throws SQLException {
		try (PreparedStatement insert = connection.prepareStatement("INSERT INTO bench_rows (app) VALUES (?)")) {
			insert.setString(1, app);
			insert.executeUpdate();
		}
		if (bus != null) {
			bus.publisher(connection).publish(Event.of(DurableBench.TYPE, app, 1));
		}
		connection.commit();
	}

}
