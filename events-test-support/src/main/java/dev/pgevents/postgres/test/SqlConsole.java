package dev.pgevents.postgres.test;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What a test does at a server beside the bus, each time on a connection of its own.
 */
public interface SqlConsole {

	/**
	 * A connection of the test's own, as a superuser.
	 * @return a new connection
	 * @throws SQLException if there is none
	 */
	Connection connect() throws SQLException;

	/**
	 * Executes statements.
	 * @param sql the statements
	 * @throws SQLException if they fail
	 */
	default void execute(String sql) throws SQLException {
		try (Connection connection = connect(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	/**
	 * Asks for a number.
	 * @param sql a query of one row and column
	 * @return the number
	 * @throws SQLException if it fails
	 */
	default long query(String sql) throws SQLException {
		try (Connection connection = connect();
				Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(sql)) {
			rows.next();
			return rows.getLong(1);
		}
	}

	/**
	 * Ends sessions, which are told so, and waits for a while until they are gone: their
	 * clients know of it before the server's list of sessions does.
	 * @param applicationName a pattern of LIKE
	 * @return how many of this database were ended
	 * @throws SQLException if they cannot be
	 */
	default long terminate(String applicationName) throws SQLException {
		try (Connection connection = connect(); Statement statement = connection.createStatement()) {
			String ended;
			long count;
			try (ResultSet rows = statement.executeQuery("SELECT count(pg_terminate_backend(pid)), "
					+ "coalesce(array_agg(pid), '{}')::text FROM pg_stat_activity WHERE datname = current_database()"
					+ " AND application_name LIKE '" + applicationName + "' AND pid <> pg_backend_pid()")) {
				rows.next();
				count = rows.getLong(1);
				ended = rows.getString(2);
			}
			String left = "SELECT count(*) FROM pg_stat_activity, pg_sleep(0.002) WHERE pid = ANY ('" + ended + "')";
			for (int i = 0; i < 1000 && count > 0 && isAny(statement, left); i++) {
				continue;
			}
			return count;
		}
	}

	private static boolean isAny(Statement statement, String count) throws SQLException {
		try (ResultSet rows = statement.executeQuery(count)) {
			rows.next();
			return rows.getLong(1) > 0;
		}
	}

}
