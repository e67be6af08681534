package dev.pgevents.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SyncLoop;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.PostgresEventBus;
import org.HdrHistogram.Histogram;

/**
 * How long a worker that follows a table by {@link SyncLoop} is behind it when the
 * listening session is killed. Before each kill rows come in of which no event tells, and
 * the interval is far away, so that nothing but the gap after the reconnection can make
 * the worker look. Options: {@code samples}, {@code rows} before each kill, {@code out},
 * {@code url}.
 */
public final class Hybrid {

	private static final String TABLE = "bench_hybrid";

	private static final Duration FAR_AWAY = Duration.ofMinutes(10);

	private final BenchmarkServer server;

	private final BlockingQueue<Long> connected = new LinkedBlockingQueue<>();

	private final BlockingQueue<Seen> seen = new LinkedBlockingQueue<>();

	private final Table table = new Table("one killed session");

	private Hybrid(BenchmarkServer server) {
		this.server = server;
	}

	/**
	 * Runs it and prints a table.
	 * @param args options
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		Options options = Options.of(args);
		try (BenchmarkServer server = BenchmarkServer.start(options)) {
			System.out.println(server.describe());
			server.execute("DROP TABLE IF EXISTS " + TABLE + "; CREATE TABLE " + TABLE + " (n int)");
			Hybrid hybrid = new Hybrid(server);
			hybrid.run(options.number("samples", 200), options.number("rows", 100));
			server.execute("DROP TABLE " + TABLE);
			new Results(options).text("hybrid.md", hybrid.table.markdown());
		}
	}

	@SuppressWarnings("try") // the loop runs meanwhile
	private void run(int samples, int rows) throws Exception {
		try (Connection reading = this.server.connect();
				Connection writing = this.server.connect();
				PostgresEventBus bus = bus();
				SyncLoop loop = SyncLoop.builder(bus, SubscriptionFilter.types("bench.hybrid"))
					.every(FAR_AWAY)
					.everyWhenDeaf(FAR_AWAY)
					.task((trigger) -> look(reading))
					.start()) {
			awaitConnection();
			Histogram back = new Histogram(3);
			Histogram right = new Histogram(3);
			Histogram rightAfterBack = new Histogram(3);
			for (int i = 1; i <= samples; i++) {
				insert(writing, rows);
				this.connected.clear();
				long killed = System.nanoTime();
				kill(writing);
				long connectedAt = awaitConnection();
				long rightAt = awaitRows((long) i * rows);
				back.recordValue(connectedAt - killed);
				right.recordValue(rightAt - killed);
				rightAfterBack.recordValue(Math.max(0, rightAt - connectedAt));
			}
			add("from the kill until delivery is proven", back);
			add("from the kill until the states are equal", right);
			add("from proven delivery until the states are equal", rightAfterBack);
		}
	}

	private void add(String row, Histogram times) {
		this.table.add(row, "p50 ms", times.getValueAtPercentile(50) / 1e6);
		this.table.add(row, "p99 ms", times.getValueAtPercentile(99) / 1e6);
		this.table.add(row, "max ms", times.getMaxValue() / 1e6);
	}

	private PostgresEventBus bus() {
		return PostgresEventBus.builder()
			.name("hybrid")
			.listener(ConnectionSource.url(this.server.url(), null, null))
			.connectionListener((previous, current) -> {
				if (current == ConnectionState.LISTENING) {
					this.connected.add(System.nanoTime());
				}
			})
			.build();
	}

	private void look(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet result = statement.executeQuery("SELECT count(*) FROM " + TABLE)) {
			result.next();
			this.seen.add(new Seen(result.getLong(1), System.nanoTime()));
		}
	}

	private static void insert(Connection connection, int rows) throws SQLException {
		try (PreparedStatement insert = connection
			.prepareStatement("INSERT INTO " + TABLE + " SELECT generate_series(1, ?)")) {
			insert.setInt(1, rows);
			insert.executeUpdate();
		}
	}

	private static void kill(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
					+ "WHERE application_name = 'pgevents hybrid listener'");
		}
	}

	private long awaitConnection() throws InterruptedException {
		Long at = this.connected.poll(1, TimeUnit.MINUTES);
		if (at == null) {
			throw new IllegalStateException("not connected within a minute");
		}
		return at;
	}

	private long awaitRows(long rows) throws InterruptedException {
		Seen last = this.seen.poll(1, TimeUnit.MINUTES);
		while (last != null && last.rows() < rows) {
			last = this.seen.poll(1, TimeUnit.MINUTES);
		}
		if (last == null) {
			throw new IllegalStateException("not right within a minute");
		}
		return last.at();
	}

	/**
	 * What a run of the worker saw.
	 *
	 * @param rows how many rows there were
	 * @param at when it had seen them
	 */
	private record Seen(long rows, long at) {

	}

}
