package dev.pgevents.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.PostgresEventBus;

/**
 * What events cost the transactions that publish them: writers that insert a row and
 * commit, flushed to disk, without events, with one in the transaction, and with one
 * right after the commit, beside the least that a hand-written notification takes there.
 * Options: {@code rounds}, {@code millis} of each case, {@code writers}, {@code out},
 * {@code url}.
 */
public final class CommitLock {

	private static final EventType TYPE = EventType.of("bench.committed");

	private static final String TABLE = "bench_commit_lock";

	private CommitLock() {
	}

	/**
	 * Runs it and prints a table.
	 * @param args options
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		Options options = Options.of(args);
		int rounds = options.number("rounds", 5);
		int millis = options.number("millis", 2000);
		Table table = new Table("writers");
		try (BenchmarkServer server = BenchmarkServer.start(options)) {
			System.out.println(server.describe());
			server.execute("CREATE TABLE IF NOT EXISTS " + TABLE + " (id bigserial PRIMARY KEY, writer int NOT NULL)");
			try (PostgresEventBus bus = PostgresEventBus.builder()
				.listener(ConnectionSource.url(server.url(), null, null))
				.listening(false)
				.build(); PlainNotifier plain = new PlainNotifier(server.connect())) {
				measure(new Table("cold"), server, bus, plain, options, 1, millis);
				measure(table, server, bus, plain, options, rounds, millis);
			}
		}
		for (int writers : options.numbers("writers", "8,32")) {
			for (Mode mode : Mode.values()) {
				table.add(row(writers, mode), "of the rate without events",
						table.median(row(writers, mode), "tx/s") / table.median(row(writers, Mode.NO_EVENTS), "tx/s"));
			}
		}
		Results results = new Results(options);
		results.text("commit-lock.md", table.markdown());
		SvgBars plot = new SvgBars("Transactions that publish an event, tx/s");
		table.rows().forEach((row) -> plot.add(row, "tx/s", table.median(row, "tx/s")));
		results.plot("commit-lock.svg", plot);
	}

	private static void measure(Table table, BenchmarkServer server, PostgresEventBus bus, PlainNotifier plain,
			Options options, int rounds, int millis) throws Exception {
		for (int round = 0; round < rounds; round++) {
			for (int writers : options.numbers("writers", "8,32")) {
				for (Mode mode : Mode.values()) {
					List<Writer> all = new ArrayList<>();
					for (int i = 0; i < writers; i++) {
						all.add(new Writer(server.connect(), bus, plain, mode, i));
					}
					Load load = Load.run(writers, millis, (thread) -> all.get(thread).write());
					for (Writer writer : all) {
						writer.close();
					}
					table.add(row(writers, mode), "tx/s", load.perSecond());
					table.add(row(writers, mode), "p50 us", load.latency().getValueAtPercentile(50) / 1e3);
					table.add(row(writers, mode), "p99 us", load.latency().getValueAtPercentile(99) / 1e3);
				}
			}
		}
	}

	private static String row(int writers, Mode mode) {
		return writers + " writers, " + mode.label;
	}

	/** When a writer publishes. */
	private enum Mode {

		NO_EVENTS("no events"), TRANSACTIONAL("transactional"), AFTER_COMMIT("after-commit"),
		PLAIN("pg_notify after the commit, nobody waits"), PUBLISH_AFTERWARDS("publish after the commit");

		private final String label;

		Mode(String label) {
			this.label = label;
		}

	}

	private static final class Writer {

		private final Connection connection;

		private final PostgresEventBus bus;

		private final PlainNotifier plain;

		private final Mode mode;

		private final int number;

		private final PreparedStatement insert;

		Writer(Connection connection, PostgresEventBus bus, PlainNotifier plain, Mode mode, int number)
				throws SQLException {
			connection.setAutoCommit(false);
			this.connection = connection;
			this.bus = bus;
			this.plain = plain;
			this.mode = mode;
			this.number = number;
			this.insert = connection.prepareStatement("INSERT INTO " + TABLE + " (writer) VALUES (?)");
		}

		void write() throws SQLException {
			this.insert.setInt(1, this.number);
			this.insert.executeUpdate();
			Event event = Event.of(TYPE, String.valueOf(this.number), this.number);
			if (this.mode == Mode.TRANSACTIONAL) {
				this.bus.publisher(this.connection).publish(event);
			}
			this.connection.commit();
			if (this.mode == Mode.AFTER_COMMIT) {
				this.bus.publishAsync(event); // as the starter does in this mode
			}
			else if (this.mode == Mode.PLAIN) {
				this.plain.send();
			}
			else if (this.mode == Mode.PUBLISH_AFTERWARDS) {
				this.bus.publish(event);
			}
		}

		void close() throws SQLException {
			this.connection.close();
		}

	}

}
