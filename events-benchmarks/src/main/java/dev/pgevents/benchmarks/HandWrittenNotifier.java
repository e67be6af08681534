package dev.pgevents.benchmarks;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * What one would write without a library: a {@code pg_notify} a call, on a connection of
 * each thread's own.
 */
final class HandWrittenNotifier implements PublishingApplication.Way.Open {

	private final String type;

	private final List<Connection> connections = new ArrayList<>();

	private final List<PreparedStatement> statements = new ArrayList<>();

	HandWrittenNotifier(String url, String type, int threads) {
		this.type = type;
		try {
			for (int i = 0; i < threads; i++) {
				Connection connection = DriverManager.getConnection(url);
				this.connections.add(connection);
				this.statements.add(connection.prepareStatement("SELECT pg_notify('events', ?)"));
			}
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Override
	public void run(int thread) throws SQLException {
		PreparedStatement statement = this.statements.get(thread);
		statement.setString(1,
				"{\"id\":\"" + new UUID(thread, System.nanoTime()) + "\",\"type\":\"" + this.type
						+ "\",\"app_id\":\"app\",\"timestamp\":\"2026-11-24T10:00:00.123456Z\",\"payload\":{\"sent\":"
						+ System.nanoTime() + ",\"number\":1}}");
		statement.execute();
	}

	@Override
	public void close() {
		for (Connection each : this.connections) {
			try {
				each.close();
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex);
			}
		}
	}

}
