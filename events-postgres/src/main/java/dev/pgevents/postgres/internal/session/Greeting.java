package dev.pgevents.postgres.internal.session;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * What a new session is asked and what is set for it first, in one round trip.
 *
 * @param processId the process that runs the session's statements
 * @param database where it has led to
 */
record Greeting(int processId, DatabaseIdentity database) {

	/**
	 * An idle session of the bus must not be ended, so the time-out for that is switched
	 * off, where the server has one: from PostgreSQL 14 on. The list of all settings
	 * would say so too, but takes the server longer than all the rest.
	 */
	private static final String QUERY = Session.ON_THE_PRIMARY + "SELECT " + DatabaseIdentity.COLUMNS
			+ ", pg_catalog.pg_backend_pid(),"
			+ " CASE WHEN pg_catalog.current_setting('idle_session_timeout', true) IS NOT NULL"
			+ " THEN pg_catalog.set_config('idle_session_timeout', '0', false) END";

	static Greeting exchange(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(QUERY)) {
			rows.next();
			return new Greeting(rows.getInt(DatabaseIdentity.COUNT + 1), DatabaseIdentity.read(rows));
		}
	}

}
