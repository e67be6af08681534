package dev.pgevents.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.PostgresEventBus;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.SynchronizedHistogram;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * The latency from publish to handler beside that of a plain {@code getNotifications}
 * loop, both in one process and one run. With an idle bus, it is measured from the call
 * of publish; under a steady load, from the time at which the call was due, so that a
 * receiver that falls behind cannot hide it.
 */
public final class LatencyCheck {

	private static final EventType TYPE = EventType.of("latency.check");

	private static final int ROUNDS = 5;

	private static final int IDLE_SENDS = 400;

	private static final int LOAD_PER_SECOND = 2000;

	private static final int LOAD_SECONDS = 3;

	/** Enough for the compiler: cold code costs more than the socket. */
	private static final int WARM_UP = 20_000;

	private LatencyCheck() {
	}

	/**
	 * Runs the check on an embedded PostgreSQL and prints a table.
	 * @param args none
	 * @throws Exception if it fails
	 */
	public static void main(String[] args) throws Exception {
		try (EmbeddedPostgres server = EmbeddedPostgres.builder().start()) {
			String url = "jdbc:postgresql://localhost:" + server.getPort() + "/postgres?user=postgres";
			Receiver plain = new PlainLoop(url);
			Receiver bus = new Bus(url);
			try (plain; bus) {
				run(plain, bus);
			}
		}
	}

	private static void run(Receiver plain, Receiver bus) throws Exception {
		for (Receiver receiver : new Receiver[] { plain, bus }) {
			for (int i = 0; i < WARM_UP; i++) {
				receiver.send(0);
			}
		}
		Histogram[] idle = { new SynchronizedHistogram(3), new SynchronizedHistogram(3) };
		Histogram[] loaded = { new SynchronizedHistogram(3), new SynchronizedHistogram(3) };
		for (int round = 0; round < ROUNDS; round++) {
			idle(plain, idle[0]);
			idle(bus, idle[1]);
		}
		for (int round = 0; round < ROUNDS; round++) {
			loaded(plain, loaded[0]);
			loaded(bus, loaded[1]);
		}
		System.out.println("| load | receiver | p50 us | p99 us | received |");
		System.out.println("|---|---|---|---|---|");
		print("idle", idle);
		print(LOAD_PER_SECOND + "/s", loaded);
	}

	private static void print(String load, Histogram[] plainAndBus) {
		String[] names = { "plain loop", "pgevents" };
		for (int i = 0; i < names.length; i++) {
			System.out.printf(Locale.ROOT, "| %s | %s | %.0f | %.0f | %d |%n", load, names[i],
					plainAndBus[i].getValueAtPercentile(50) / 1e3, plainAndBus[i].getValueAtPercentile(99) / 1e3,
					plainAndBus[i].getTotalCount());
		}
		System.out.printf(Locale.ROOT, "| %s | ratio | %.3f | %.3f | |%n", load,
				(double) plainAndBus[1].getValueAtPercentile(50) / plainAndBus[0].getValueAtPercentile(50),
				(double) plainAndBus[1].getValueAtPercentile(99) / plainAndBus[0].getValueAtPercentile(99));
	}

	private static void idle(Receiver receiver, Histogram histogram) throws Exception {
		receiver.record(histogram);
		for (int i = 0; i < IDLE_SENDS; i++) {
			LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
			receiver.send(System.nanoTime());
		}
		receiver.drain();
	}

	private static void loaded(Receiver receiver, Histogram histogram) throws Exception {
		receiver.record(histogram);
		long interval = TimeUnit.SECONDS.toNanos(1) / LOAD_PER_SECOND;
		long start = System.nanoTime();
		for (int i = 0; i < LOAD_PER_SECOND * LOAD_SECONDS; i++) {
			long due = start + i * interval;
			for (long left = due - System.nanoTime(); left > 0; left = due - System.nanoTime()) {
				LockSupport.parkNanos(left);
			}
			receiver.send(due);
		}
		receiver.drain();
	}

	/** Sends to itself and records how long that takes. */
	private abstract static class Receiver implements AutoCloseable {

		private final AtomicLong sent = new AtomicLong();

		private final AtomicLong received = new AtomicLong();

		private volatile Histogram histogram = new SynchronizedHistogram(3);

		void record(Histogram histogram) throws InterruptedException {
			drain();
			this.histogram = histogram;
		}

		/** Sends a time; 0 is not recorded. */
		void send(long time) throws SQLException {
			this.sent.incrementAndGet();
			publish(time);
		}

		void received(long time) {
			if (time != 0) {
				this.histogram.recordValue(System.nanoTime() - time);
			}
			this.received.incrementAndGet();
		}

		void drain() throws InterruptedException {
			while (this.received.get() < this.sent.get()) {
				TimeUnit.MILLISECONDS.sleep(1);
			}
		}

		abstract void publish(long time) throws SQLException;

		@Override
		public abstract void close() throws SQLException;

	}

	/** What this library does. */
	private static final class Bus extends Receiver {

		private final PostgresEventBus bus;

		Bus(String url) {
			this.bus = PostgresEventBus.builder().listener(ConnectionSource.url(url, null, null)).build();
			this.bus.subscribe(SubscriptionFilter.types(TYPE), (event) -> {
				Long time = event.payloadAs(Long.class);
				received((time != null) ? time : 0);
			}).ready().join();
		}

		@Override
		void publish(long time) {
			this.bus.publish(Event.of(TYPE, null, time));
		}

		@Override
		public void close() {
			this.bus.close();
		}

	}

	/** What other users of pgjdbc do. */
	private static final class PlainLoop extends Receiver {

		private final Connection listener;

		private final Connection publisher;

		private final PreparedStatement notify;

		private final Thread reader;

		PlainLoop(String url) throws SQLException {
			this.listener = DriverManager.getConnection(url);
			try (Statement listen = this.listener.createStatement()) {
				listen.execute("LISTEN plain");
			}
			this.publisher = DriverManager.getConnection(url);
			this.notify = this.publisher.prepareStatement("SELECT pg_notify('plain', ?)");
			this.reader = new Thread(this::read, "plain-loop");
			this.reader.setDaemon(true);
			this.reader.start();
		}

		private void read() {
			try {
				PGConnection connection = this.listener.unwrap(PGConnection.class);
				while (true) {
					for (PGNotification notification : connection.getNotifications(10_000)) {
						received(Long.parseLong(notification.getParameter()));
					}
				}
			}
			catch (SQLException ex) {
				System.err.println("the plain loop has ended: " + ex.getMessage());
			}
		}

		@Override
		void publish(long time) throws SQLException {
			this.notify.setString(1, String.valueOf(time));
			this.notify.execute();
		}

		@Override
		public void close() throws SQLException {
			this.publisher.close();
			this.listener.close();
		}

	}

}
