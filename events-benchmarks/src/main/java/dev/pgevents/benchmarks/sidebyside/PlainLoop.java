package dev.pgevents.benchmarks.sidebyside;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;

import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * What users of pgjdbc write: a thread that waits in {@code getNotifications} and
 * connects again at once when that fails.
 */
final class PlainLoop implements Receiver {

	private volatile @Nullable Connection connection;

	@Override
	public void start(String url, Recording recording) throws InterruptedException {
		CountDownLatch listening = new CountDownLatch(1);
		Thread reader = new Thread(() -> {
			while (true) {
				try (Connection connection = DriverManager.getConnection(url)) {
					listen(connection, CHANNEL);
					listen(connection, DRAIN_CHANNEL);
					this.connection = connection;
					listening.countDown();
					read(connection.unwrap(PGConnection.class), recording);
				}
				catch (SQLException ex) {
					System.err.println("plain loop: " + ex.getMessage());
				}
			}
		}, "plain-loop");
		reader.setDaemon(true);
		reader.start();
		listening.await();
	}

	private static void read(PGConnection connection, Recording recording) throws SQLException {
		while (true) {
			for (PGNotification notification : connection.getNotifications(10_000)) {
				recording.received(notification.getParameter());
			}
		}
	}

	@Override
	public void listen(String channel) throws SQLException {
		Connection current = this.connection;
		if (current != null) {
			listen(current, channel);
		}
	}

	private static void listen(Connection connection, String channel) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("LISTEN \"" + channel + '"');
		}
	}

}
