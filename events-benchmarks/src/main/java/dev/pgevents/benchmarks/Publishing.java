package dev.pgevents.benchmarks;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;
import java.util.stream.IntStream;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.PostgresEventBus;

/**
 * What publishing costs beside one {@code pg_notify} a call on a connection of each
 * thread's own. Nobody listens. Options: {@code rounds}, {@code millis} of each case,
 * {@code threads}, {@code batches}, {@code transactions} (numbers of events that are
 * published in one of the caller's), {@code out}, {@code url}.
 */
public final class Publishing {

	private static final EventType TYPE = EventType.of("bench.published");

	private static final String APP = "0x5112cF49F2511ac7b13A032c4c62A48410FC28Fb";

	private final BenchmarkServer server;

	private final int millis;

	private final Table table = new Table("publishing");

	private Publishing(BenchmarkServer server, int millis) {
		this.server = server;
		this.millis = millis;
	}

	/**
	 * Runs it and prints a table.
	 * @param args options
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		Options options = Options.of(args);
		List<Integer> threads = options.numbers("threads", "1,4,16,64");
		List<Integer> batches = options.numbers("batches", "10,100,1000,10000");
		List<Integer> transactions = options.numbers("transactions", "1000,10000");
		try (BenchmarkServer server = BenchmarkServer.start(options)) {
			System.out.println(server.describe());
			Publishing publishing = new Publishing(server, options.number("millis", 2000));
			publishing.run(threads, batches, transactions, 1); // cold
			Publishing warm = new Publishing(server, options.number("millis", 2000));
			warm.run(threads, batches, transactions, options.number("rounds", 3));
			warm.report(new Results(options));
		}
	}

	private void run(List<Integer> threads, List<Integer> batches, List<Integer> transactions, int rounds)
			throws Exception {
		for (int round = 0; round < rounds; round++) {
			for (int count : threads) {
				eachOnItsOwn(count);
				publish(count);
			}
			publishAsync();
			for (int size : batches) {
				publishAll(size);
			}
			for (int size : transactions) {
				inTransaction(size, "one by one", (publisher, events) -> events.forEach(publisher::publish));
				inTransaction(size, "publishAll", Publisher::publishAll);
			}
		}
	}

	private void eachOnItsOwn(int threads) throws Exception {
		List<Notify> connections = IntStream.range(0, threads).mapToObj((i) -> new Notify(this.server)).toList();
		Load load = Load.run(threads, this.millis, (thread) -> connections.get(thread).send());
		connections.forEach(Notify::close);
		record("pg_notify, connections: " + threads, load, 1);
	}

	private void publish(int threads) throws Exception {
		try (PostgresEventBus bus = bus()) {
			bus.publish(event());
			record("publish, threads: " + threads, Load.run(threads, this.millis, (thread) -> bus.publish(event())), 1);
		}
	}

	private void publishAsync() throws Exception {
		try (PostgresEventBus bus = bus()) {
			bus.publish(event());
			long start = System.nanoTime();
			long sent = 0;
			CompletableFuture<Void> last = CompletableFuture.completedFuture(null);
			while (System.nanoTime() - start < this.millis * 1_000_000L) {
				last = bus.publishAsync(event());
				sent++;
			}
			last.join();
			this.table.add("publishAsync", "events/s", sent * 1e9 / (System.nanoTime() - start));
		}
	}

	private void publishAll(int size) throws Exception {
		try (PostgresEventBus bus = bus()) {
			Load load = Load.run(1, this.millis,
					(thread) -> bus.publishAll(IntStream.range(0, size).mapToObj((i) -> event()).toList()));
			record("publishAll of " + size, load, size);
		}
	}

	private void inTransaction(int size, String how, BiConsumer<Publisher, List<Event>> way) throws Exception {
		try (PostgresEventBus bus = bus(); Connection connection = this.server.connect()) {
			connection.setAutoCommit(false);
			Publisher publisher = bus.publisher(connection);
			record("in a transaction of " + size + ", " + how, Load.run(1, this.millis, (thread) -> {
				way.accept(publisher, IntStream.range(0, size).mapToObj((i) -> event()).toList());
				connection.commit();
			}), size);
		}
	}

	private void record(String row, Load load, int events) {
		this.table.add(row, "events/s", load.perSecond() * events);
		this.table.add(row, "p50 us", load.latency().getValueAtPercentile(50) / 1e3);
		this.table.add(row, "p99 us", load.latency().getValueAtPercentile(99) / 1e3);
	}

	private void report(Results results) {
		results.text("publishing.md", this.table.markdown());
		SvgBars plot = new SvgBars("Publishing, events/s");
		this.table.rows().forEach((row) -> plot.add(row, "events/s", this.table.median(row, "events/s")));
		results.plot("publishing.svg", plot);
	}

	private PostgresEventBus bus() {
		return PostgresEventBus.builder()
			.listener(ConnectionSource.url(this.server.url(), null, null))
			.listening(false)
			.build();
	}

	private static Event event() {
		return Event.of(TYPE, APP, new Payload(System.nanoTime(), 1));
	}

	record Payload(long sent, long number) {

	}

	/** What one would write without a library, with the event as text already. */
	private static final class Notify {

		private static final String TEXT = "{\"id\":\"01993b7e-9f3a-7c52-8c31-000000000000\",\"type\":\"" + TYPE.value()
				+ "\",\"app_id\":\"" + APP + "\",\"timestamp\":\"2026-11-24T10:00:00.123456Z\","
				+ "\"payload\":{\"sent\":1764000000000000000,\"number\":1}}";

		private final Connection connection;

		private final PreparedStatement statement;

		Notify(BenchmarkServer server) {
			try {
				this.connection = server.connect();
				this.statement = this.connection.prepareStatement("SELECT pg_notify('events', ?)");
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex);
			}
		}

		void send() throws SQLException {
			this.statement.setString(1, TEXT);
			this.statement.execute();
		}

		void close() {
			try {
				this.connection.close();
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

}
