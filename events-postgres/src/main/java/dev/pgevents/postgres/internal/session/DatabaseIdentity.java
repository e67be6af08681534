package dev.pgevents.postgres.internal.session;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

/**
 * Which database of which server a connection leads to. A notification stays within one.
 * Every role may ask for it, behind a pooler too, and it distinguishes a copy from its
 * original, which the server's system identifier does not.
 *
 * @param serverStart when the server was started, in seconds with microseconds
 * @param name the database's name
 * @param hotStandby whether the server is a standby
 */
public record DatabaseIdentity(String serverStart, String name, boolean hotStandby) {

	/** What {@link #read} expects in front of a row. */
	static final String COLUMNS = "extract(epoch FROM pg_catalog.pg_postmaster_start_time()),"
			+ " pg_catalog.current_database(), pg_catalog.pg_is_in_recovery()";

	/** How many {@link #COLUMNS} there are. */
	static final int COUNT = 3;

	/**
	 * Asks the server.
	 * @param connection a connection to PostgreSQL, in whatever transaction it is in
	 * @return where it leads to
	 * @throws SQLException if the server does not answer; its transaction has failed then
	 */
	public static DatabaseIdentity of(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery("SELECT " + COLUMNS)) {
			rows.next();
			return read(rows);
		}
	}

	static DatabaseIdentity read(ResultSet rows) throws SQLException {
		return new DatabaseIdentity(rows.getString(1), rows.getString(2), rows.getBoolean(3));
	}

	/**
	 * Whether it is the same database of the same server.
	 * @param other the other one
	 * @return whether what is notified here arrives there
	 */
	public boolean isSameAs(DatabaseIdentity other) {
		return this.serverStart.equals(other.serverStart) && this.name.equals(other.name);
	}

}
