package dev.pgevents.benchmarks;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.EventType;
import dev.pgevents.StartPosition;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.EventLogSettings;
import dev.pgevents.postgres.PostgresEventBus;

/** What the figures of groups share: a server, buses, handlers with an effect. */
final class DurableBench implements AutoCloseable {

	static final EventType TYPE = EventType.of("bench.durable");

	static final int APPS = 64;

	static final int CONCURRENCY = 8;

	private final BenchmarkServer server;

	/** Unlike those of earlier runs on the same server. */
	private final String groups = "bench" + Long.toString(System.nanoTime(), Character.MAX_RADIX) + "-";

	private final AtomicInteger group = new AtomicInteger();

	DurableBench(Options options) throws IOException, SQLException {
		this.server = BenchmarkServer.start(options);
		this.server.execute("CREATE TABLE IF NOT EXISTS bench_effects (n bigserial PRIMARY KEY, app text NOT NULL,"
				+ " number bigint NOT NULL)");
		this.server.execute("CREATE TABLE IF NOT EXISTS bench_rows (id bigserial PRIMARY KEY, app text NOT NULL)");
	}

	BenchmarkServer server() {
		return this.server;
	}

	PostgresEventBus bus(String name) {
		return bus(this.server.url(), name).log(EventLogSettings.defaults()).build();
	}

	static PostgresEventBus.Builder bus(String url, String name) {
		return PostgresEventBus.builder().name(name).listener(ConnectionSource.url(url, null, null));
	}

	/** A group that nobody has been in. */
	String newGroup() {
		return this.groups + this.group.incrementAndGet();
	}

	static void join(PostgresEventBus bus, String group, EventHandler handler) {
		ready(bus.subscribe(SubscriptionFilter.types(TYPE),
				SubscriptionOptions.builder()
					.group(group)
					.from(StartPosition.latest())
					.concurrency(CONCURRENCY)
					.build(),
				handler));
	}

	static void ready(Subscription subscription) {
		subscription.ready().orTimeout(60, TimeUnit.SECONDS).join();
	}

	/** What the publisher has put into an event. */
	static long number(Event event) {
		Long number = event.payloadAs(Long.class);
		if (number == null) {
			throw new IllegalArgumentException(event + " has no number");
		}
		return number;
	}

	static String app(long number) {
		return "app" + number % APPS;
	}

	/** Waits, without load, for something that takes seconds. */
	static void await(BooleanSupplier condition) {
		long end = System.nanoTime() + TimeUnit.MINUTES.toNanos(5);
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() > end) {
				throw new IllegalStateException("what is waited for did not happen in 5 minutes");
			}
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
		}
	}

	/** Does something at a steady rate, whatever it takes. */
	static void steadily(int rate, int millis, Step step) throws Exception {
		long start = System.nanoTime();
		long all = (long) rate * millis / 1000;
		for (long i = 0; i < all; i++) {
			long due = start + i * TimeUnit.SECONDS.toNanos(1) / rate;
			long left = due - System.nanoTime();
			if (left > 0) {
				LockSupport.parkNanos(left);
			}
			step.run(i, due);
		}
	}

	/** A connection to another database of the server. */
	Connection elsewhere() throws SQLException {
		if (query("SELECT count(*) FROM pg_database WHERE datname = 'bench_elsewhere'") == 0) {
			this.server.execute("CREATE DATABASE bench_elsewhere");
		}
		return DriverManager.getConnection(this.server.url().replaceFirst("(//[^/]*/)[^?]*", "$1bench_elsewhere"));
	}

	long query(String sql) throws SQLException {
		try (Connection connection = this.server.connect();
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getLong(1);
		}
	}

	@Override
	public void close() throws IOException {
		this.server.close();
	}

	/** What is done again and again. */
	@FunctionalInterface
	interface Step {

		void run(long number, long due) throws Exception;

	}

	/** A handler's transaction: a row, and the position. */
	static final class Effects implements AutoCloseable {

		private final Deque<Connection> pool = new ArrayDeque<>();

		private final PostgresEventBus bus;

		Effects(PostgresEventBus bus, Connections connections) throws SQLException {
			this.bus = bus;
			for (int i = 0; i < CONCURRENCY; i++) {
				Connection connection = connections.open();
				connection.setAutoCommit(false);
				this.pool.add(connection);
			}
		}

		void handle(Event event) throws SQLException {
			Connection connection = take();
			try (PreparedStatement insert = connection
				.prepareStatement("INSERT INTO bench_effects (app, number) VALUES (?, ?)")) {
				insert.setString(1, String.valueOf(event.appId()));
				insert.setLong(2, number(event));
				insert.executeUpdate();
				this.bus.acknowledge(connection);
				connection.commit();
			}
			catch (SQLException | RuntimeException ex) {
				connection.rollback();
				throw ex;
			}
			finally {
				give(connection);
			}
		}

		private synchronized Connection take() {
			return this.pool.pop();
		}

		private synchronized void give(Connection connection) {
			this.pool.push(connection);
		}

		@Override
		public void close() throws SQLException {
			for (Connection connection : this.pool) {
				connection.close();
			}
		}

		/** Opens connections. */
		@FunctionalInterface
		interface Connections {

			Connection open() throws SQLException;

		}

	}

}
