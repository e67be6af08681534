package dev.pgevents.postgres.internal.session;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What a new session is asked and told first, in one round trip.
 *
 * @param processId the process that runs the session's statements
 * @param hotStandby whether it is one of a standby
 */
record Greeting(int processId, boolean hotStandby) {

	/**
	 * An idle session of the bus must not be ended, so the time-out for that is switched
	 * off, where the server has one: from PostgreSQL 14 on.
	 */
	private static final String QUERY = "SELECT pg_catalog.pg_backend_pid(), pg_catalog.pg_is_in_recovery(),"
			+ " (SELECT count(pg_catalog.set_config(name, '0', false)) FROM pg_catalog.pg_settings"
			+ " WHERE name = 'idle_session_timeout')";

	static Greeting exchange(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(QUERY)) {
			rows.next();
			return new Greeting(rows.getInt(1), rows.getBoolean(2));
		}
	}

}
