package dev.pgevents.postgres.internal.session;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A connection that a pool lends, for example: what it was like then, so that the next
 * user finds it so.
 */
final class LentConnection {

	/** What the bus sets for its sessions. */
	private static final List<String> SETTINGS = List.of("application_name", "lock_timeout", "idle_session_timeout");

	private final Connection connection;

	private final boolean autoCommit;

	private final int networkTimeout;

	/** In the order of their names; null where the server has no such setting. */
	private final List<@Nullable String> values;

	private LentConnection(Connection connection, boolean autoCommit, int networkTimeout,
			List<@Nullable String> values) {
		this.connection = connection;
		this.autoCommit = autoCommit;
		this.networkTimeout = networkTimeout;
		this.values = values;
	}

	/** Takes it over, in autocommit. */
	static LentConnection take(Connection connection) throws SQLException {
		boolean autoCommit = connection.getAutoCommit();
		if (!autoCommit) {
			connection.setAutoCommit(true);
		}
		return new LentConnection(connection, autoCommit, connection.getNetworkTimeout(), values(connection));
	}

	private static List<@Nullable String> values(Connection connection) throws SQLException {
		StringBuilder query = new StringBuilder();
		for (String setting : SETTINGS) {
			query.append(query.isEmpty() ? "SELECT " : ", ")
				.append("pg_catalog.current_setting('")
				.append(setting)
				.append("', true)");
		}
		try (Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(query.toString())) {
			rows.next();
			List<@Nullable String> values = new ArrayList<>();
			for (int column = 1; column <= SETTINGS.size(); column++) {
				values.add(rows.getString(column));
			}
			return values;
		}
	}

	/** Sets back what the bus has set, and listens to nothing any more. */
	void giveBack() throws SQLException {
		StringBuilder sql = new StringBuilder("UNLISTEN *");
		for (int i = 0; i < SETTINGS.size(); i++) {
			String value = this.values.get(i);
			if (value != null) {
				sql.append("; SELECT pg_catalog.set_config('")
					.append(SETTINGS.get(i))
					.append("', ")
					.append(quoted(value))
					.append(", false)");
			}
		}
		try (Statement statement = this.connection.createStatement()) {
			statement.execute(sql.toString());
		}
		this.connection.setNetworkTimeout(Runnable::run, this.networkTimeout);
		if (!this.autoCommit) {
			this.connection.setAutoCommit(false);
		}
	}

	/** Whatever standard_conforming_strings says. */
	private static String quoted(String value) {
		return " E'" + value.replace("\\", "\\\\").replace("'", "''") + "'";
	}

}
