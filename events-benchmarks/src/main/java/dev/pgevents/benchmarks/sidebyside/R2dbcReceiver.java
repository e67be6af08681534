package dev.pgevents.benchmarks.sidebyside;

import java.util.concurrent.CountDownLatch;

import io.r2dbc.postgresql.PostgresqlConnectionConfiguration;
import io.r2dbc.postgresql.PostgresqlConnectionFactory;
import io.r2dbc.postgresql.api.Notification;
import io.r2dbc.postgresql.api.PostgresqlConnection;
import io.r2dbc.postgresql.api.PostgresqlResult;
import io.r2dbc.postgresql.client.SSLMode;
import org.jspecify.annotations.Nullable;

/**
 * r2dbc-postgresql, connected anew by a thread when its stream ends.
 */
final class R2dbcReceiver implements Receiver {

	private volatile @Nullable PostgresqlConnection connection;

	@Override
	public void start(String url, Recording recording) throws InterruptedException {
		DatabaseAddress address = DatabaseAddress.of(url);
		PostgresqlConnectionFactory connections = new PostgresqlConnectionFactory(
				PostgresqlConnectionConfiguration.builder()
					.host(address.host())
					.port(address.port())
					.database(address.database())
					.username(address.user())
					.sslMode(address.tls() ? SSLMode.REQUIRE : SSLMode.DISABLE)
					.build());
		CountDownLatch listening = new CountDownLatch(1);
		Thread keeper = new Thread(() -> {
			while (!Thread.currentThread().isInterrupted()) {
				try {
					receive(connections, recording, listening);
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
				}
				catch (RuntimeException ex) {
					System.err.println("r2dbc: " + ex.getMessage());
				}
			}
		}, "r2dbc-keeper");
		keeper.setDaemon(true);
		keeper.start();
		listening.await();
	}

	private void receive(PostgresqlConnectionFactory connections, Recording recording, CountDownLatch listening)
			throws InterruptedException {
		PostgresqlConnection connection = connections.create().block();
		if (connection == null) {
			return;
		}
		listen(connection, CHANNEL);
		listen(connection, DRAIN_CHANNEL);
		this.connection = connection;
		CountDownLatch ended = new CountDownLatch(1);
		connection.getNotifications()
			.doFinally((signal) -> ended.countDown())
			.subscribe((notification) -> take(notification, recording),
					(ex) -> System.err.println("r2dbc: " + ex.getMessage()));
		listening.countDown(); // what comes before there is a subscriber is lost
		ended.await();
	}

	private static void take(Notification notification, Recording recording) {
		String text = notification.getParameter();
		recording.received((text != null) ? text : "");
	}

	@Override
	public void listen(String channel) {
		PostgresqlConnection current = this.connection;
		if (current != null) {
			listen(current, channel);
		}
	}

	private static void listen(PostgresqlConnection connection, String channel) {
		connection.createStatement("LISTEN \"" + channel + '"')
			.execute()
			.flatMap(PostgresqlResult::getRowsUpdated)
			.blockLast();
	}

}
