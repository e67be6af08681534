package dev.pgevents.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

import dev.pgevents.EncodedEvent;
import dev.pgevents.Event;
import dev.pgevents.postgres.PostgresEventBus;

/**
 * Writers that insert a row and publish an event in the same transaction: without events,
 * without the log, with it for many apps, with it for one app, with it and the
 * notification after the commit; and, as the least that a log can cost, with the log's
 * row and the notification by hand, which takes no turn and proves nothing.
 */
final class DurableWriters {

	/**
	 * The row of an event and its notification, of the same length as those of the log.
	 */
	private static final String BY_HAND = "WITH r AS (INSERT INTO pgevents.event_log"
			+ " (part, pos, id, type, app_id, occurred_at, payload) VALUES (?, nextval('bench_positions'), ?, ?, ?, now(),"
			+ " ?::json) RETURNING pos) SELECT pg_notify('events', '{\"part\":1,\"pos\":' || pos || ',\"mac\":\"'"
			+ " || repeat('0', 64) || '\",' || ?) FROM r";

	private DurableWriters() {
	}

	static void measure(DurableBench bench, Options options, Table table) throws Exception {
		bench.server().execute("CREATE SEQUENCE IF NOT EXISTS bench_positions");
		try (PostgresEventBus plain = DurableBench.bus(bench.server().url(), "plain").listening(false).build();
				PostgresEventBus log = bench.bus("log")) {
			log.initializeEventLog();
			for (int writers : options.numbers("writers", "8")) {
				add(bench, options, table, writers, plain, log);
			}
		}
	}

	private static void add(DurableBench bench, Options options, Table table, int writers, PostgresEventBus plain,
			PostgresEventBus log) throws Exception {
		double none = run(bench, options, writers, DurableBench.APPS, (connection, app) -> connection.commit());
		double without = run(bench, options, writers, DurableBench.APPS,
				(connection, app) -> publish(plain, connection, app));
		table.add(writers + " writers, no events", "tx/s", none);
		table.add(writers + " writers, transactional, no log", "tx/s", without);
		add(table, writers + " writers, transactional, log", without,
				run(bench, options, writers, DurableBench.APPS, (connection, app) -> publish(log, connection, app)));
		add(table, writers + " writers, the log's row and a notification by hand", without,
				run(bench, options, writers, DurableBench.APPS, DurableWriters::byHand));
		add(table, writers + " writers, after-commit, log", without, run(bench, options, writers, DurableBench.APPS,
				(connection, app) -> publishAfterCommit(log, connection, app)));
		add(table, writers + " writers, transactional, log, one app", without,
				run(bench, options, writers, 1, (connection, app) -> publish(log, connection, app)));
	}

	private static void add(Table table, String row, double without, double rate) {
		table.add(row, "tx/s", rate);
		table.add(row, "of the rate without the log", rate / without);
	}

	private static double run(DurableBench bench, Options options, int writers, int apps, Publishing publishing)
			throws Exception {
		List<Connection> connections = new ArrayList<>();
		for (int i = 0; i < writers; i++) {
			Connection connection = bench.server().connect();
			connection.setAutoCommit(false);
			connections.add(connection);
		}
		long[] numbers = new long[writers];
		Load.Work work = (thread) -> write(connections.get(thread), publishing,
				"app" + (thread + writers * numbers[thread]++) % apps);
		// Else the first cases would pay for the compiler.
		Load.run(writers, options.number("warmup", 2000), work);
		Load load = Load.run(writers, options.number("millis", 5000), work);
		for (Connection connection : connections) {
			connection.close();
		}
		return load.perSecond();
	}

	private static void write(Connection connection, Publishing publishing, String app) throws SQLException {
		try (PreparedStatement insert = connection.prepareStatement("INSERT INTO bench_rows (app) VALUES (?)")) {
			insert.setString(1, app);
			insert.executeUpdate();
		}
		publishing.publishAndCommit(connection, app);
	}

	private static void publish(PostgresEventBus bus, Connection connection, String app) throws SQLException {
		bus.publisher(connection).publish(Event.of(DurableBench.TYPE, app, 1));
		connection.commit();
	}

	private static void publishAfterCommit(PostgresEventBus bus, Connection connection, String app)
			throws SQLException {
		List<EncodedEvent> recorded = bus.record(connection, List.of(bus.encode(Event.of(DurableBench.TYPE, app, 1))));
		connection.commit();
		bus.publishEncoded(recorded);
	}

	private static void byHand(Connection connection, String app) throws SQLException {
		UUID id = UUID.randomUUID();
		try (PreparedStatement insert = connection.prepareStatement(BY_HAND)) {
			insert.setInt(1, Math.floorMod(app.hashCode(), DurableBench.APPS));
			insert.setObject(2, id);
			insert.setString(3, DurableBench.TYPE.value());
			insert.setString(4, app);
			insert.setString(5, "1");
			insert.setString(6, "\"id\":\"" + id + "\",\"type\":\"" + DurableBench.TYPE.value() + "\",\"app_id\":\""
					+ app + "\",\"timestamp\":\"2026-01-01T00:00:00.000000Z\",\"payload\":1}");
			insert.execute();
		}
		connection.commit();
	}

	/** How an event leaves. */
	@FunctionalInterface
	private interface Publishing {

		void publishAndCommit(Connection connection, String app) throws SQLException;

	}

}
