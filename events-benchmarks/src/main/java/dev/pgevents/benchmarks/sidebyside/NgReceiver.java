package dev.pgevents.benchmarks.sidebyside;

import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CountDownLatch;

import com.impossibl.postgres.api.jdbc.PGConnection;
import com.impossibl.postgres.api.jdbc.PGNotificationListener;
import org.jspecify.annotations.Nullable;

/**
 * pgjdbc-ng, connected anew by a thread when it says that its connection is closed.
 */
final class NgReceiver implements Receiver {

	private volatile @Nullable PGConnection connection;

	@Override
	public void start(String url, Recording recording) throws InterruptedException {
		String ngUrl = url.replace("jdbc:postgresql:", "jdbc:pgsql:");
		CountDownLatch listening = new CountDownLatch(1);
		Thread keeper = new Thread(() -> keep(ngUrl, recording, listening), "ng-keeper");
		keeper.setDaemon(true);
		keeper.start();
		listening.await();
	}

	private void keep(String url, Recording recording, CountDownLatch listening) {
		while (true) {
			CountDownLatch closed = new CountDownLatch(1);
			try (PGConnection connection = DriverManager.getConnection(url).unwrap(PGConnection.class)) {
				connection.addNotificationListener(new Listener(recording, closed));
				listen(connection, CHANNEL);
				listen(connection, DRAIN_CHANNEL);
				this.connection = connection;
				listening.countDown();
				closed.await();
			}
			catch (SQLException ex) {
				System.err.println("pgjdbc-ng: " + ex.getMessage());
			}
			catch (InterruptedException ex) {
				return;
			}
		}
	}

	@Override
	public void listen(String channel) throws SQLException {
		PGConnection current = this.connection;
		if (current != null) {
			listen(current, channel);
		}
	}

	private static void listen(PGConnection connection, String channel) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute("LISTEN \"" + channel + '"');
		}
	}

	private record Listener(Recording recording, CountDownLatch end) implements PGNotificationListener {

		@Override
		public void notification(int processId, String channelName, String payload) {
			this.recording.received(payload);
		}

		@Override
		public void closed() {
			this.end.countDown();
		}

	}

}
