package dev.pgevents.postgres.internal.eventlog;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Where instances notify each other that there is something to look at. What arrives
 * there is never believed: it only makes them look.
 */
final class ControlChannel {

	/** The channel's name. */
	static final String NAME = "pgevents_log_control";

	/** Has all instances look, once the transaction is committed. */
	boolean announce(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			return statement.execute("SELECT pg_catalog.pg_notify('" + NAME + "', '')");
		}
	}

}
