package dev.pgevents.benchmarks.sidebyside;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

import dev.pgevents.postgres.internal.session.Session;
import dev.pgevents.postgres.internal.session.SessionFactory;
import org.postgresql.PGNotification;

/**
 * The plain loop over this library's socket: what remains when decoding, routing and
 * handlers are left out.
 */
final class SameSocketLoop implements Receiver {

	@Override
	public void start(String url, Recording recording) throws InterruptedException {
		CountDownLatch listening = new CountDownLatch(1);
		Thread reader = new Thread(() -> read(url, recording, listening), "same-socket-loop");
		reader.setDaemon(true);
		reader.start();
		listening.await();
	}

	private static void read(String url, Recording recording, CountDownLatch listening) {
		SessionFactory sessions = new SessionFactory("events", (settings) -> DriverManager.getConnection(url, settings),
				"same socket loop", Duration.ofSeconds(10));
		while (true) {
			try (Session session = sessions.open()) {
				session.execute("LISTEN \"" + CHANNEL + "\"; LISTEN \"" + DRAIN_CHANNEL + '"');
				listening.countDown();
				while (true) {
					for (PGNotification notification : session.awaitNotifications(10_000)) {
						recording.received(notification.getParameter());
					}
				}
			}
			catch (SQLException ex) {
				System.err.println("same socket loop: " + ex.getMessage());
			}
		}
	}

	@Override
	public void listen(String channel) {
		throw new UnsupportedOperationException("not what this loop is for");
	}

}
