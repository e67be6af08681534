package dev.pgevents.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.PostgresEventBus;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.HdrHistogram.ConcurrentHistogram;
import org.HdrHistogram.Histogram;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * Publish-to-handler latency of the bus and of a plain {@code getNotifications} loop, in
 * one process and one run: with an idle bus, and under a steady load, measured from the
 * intended time of sending.
 */
public final class LatencyCheck {

	private static final EventType TYPE = EventType.of("latency.check");

	private static final String[] LOADS = { "idle", "2000" };

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
			System.out.println("| load | receiver | p50 us | p99 us | received |");
			System.out.println("|---|---|---|---|---|");
			for (String load : LOADS) {
				int perSecond = load.equals("idle") ? 100 : Integer.parseInt(load);
				print(load, "plain loop", plainLoop(url, perSecond));
				print(load, "bus", bus(url, perSecond));
			}
		}
	}

	private static void print(String load, String receiver, Histogram histogram) {
		System.out.printf(Locale.ROOT, "| %s | %s | %.0f | %.0f | %d |%n", load, receiver,
				histogram.getValueAtPercentile(50) / 1e3, histogram.getValueAtPercentile(99) / 1e3,
				histogram.getTotalCount());
	}

	private static Histogram bus(String url, int perSecond) throws SQLException {
		ConcurrentHistogram histogram = new ConcurrentHistogram(3);
		try (PostgresEventBus bus = PostgresEventBus.builder()
			.listener(ConnectionSource.url(url, null, null))
			.build()) {
			bus.subscribe(SubscriptionFilter.types(TYPE), (event) -> {
				Long sent = event.payloadAs(Long.class);
				if (sent != null && sent > 0) {
					histogram.recordValue(System.nanoTime() - sent);
				}
			}).ready().join();
			load(perSecond, (sent) -> bus.publish(Event.of(TYPE, null, sent)));
			LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
		}
		return histogram;
	}

	private static Histogram plainLoop(String url, int perSecond) throws SQLException, InterruptedException {
		ConcurrentHistogram histogram = new ConcurrentHistogram(3);
		try (Connection listener = DriverManager.getConnection(url);
				Statement listen = listener.createStatement();
				Connection publisher = DriverManager.getConnection(url);
				PreparedStatement notify = publisher.prepareStatement("SELECT pg_notify('plain', ?)")) {
			listen.execute("LISTEN plain");
			Thread reader = new Thread(() -> read(listener, histogram));
			reader.start();
			load(perSecond, (sent) -> {
				notify.setString(1, String.valueOf(sent));
				notify.execute();
			});
			notify.setString(1, "end");
			notify.execute();
			reader.join();
		}
		return histogram;
	}

	private static void read(Connection listener, Histogram histogram) {
		try {
			PGConnection connection = listener.unwrap(PGConnection.class);
			while (true) {
				for (PGNotification notification : connection.getNotifications(10_000)) {
					if (notification.getParameter().equals("end")) {
						return;
					}
					long sent = Long.parseLong(notification.getParameter());
					if (sent > 0) {
						histogram.recordValue(System.nanoTime() - sent);
					}
				}
			}
		}
		catch (SQLException ex) {
			throw new IllegalStateException("the plain loop broke", ex);
		}
	}

	/** Sends for some seconds at a rate, after a warm-up that is not counted. */
	private static void load(int perSecond, Sender sender) throws SQLException {
		for (int i = 0; i < WARM_UP; i++) {
			sender.send(-1);
		}
		long interval = TimeUnit.SECONDS.toNanos(1) / perSecond;
		long start = System.nanoTime();
		int total = perSecond * 5;
		for (int i = 0; i < total; i++) {
			long intended = start + i * interval;
			for (long left = intended - System.nanoTime(); left > 0; left = intended - System.nanoTime()) {
				LockSupport.parkNanos(left);
			}
			sender.send((i < perSecond) ? -1 : intended);
		}
	}

	@FunctionalInterface
	private interface Sender {

		void send(long intended) throws SQLException;

	}

}
