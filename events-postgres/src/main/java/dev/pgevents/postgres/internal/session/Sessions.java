package dev.pgevents.postgres.internal.session;

import java.sql.SQLException;

/**
 * Where a listener gets its sessions from. Thread-safe.
 */
public interface Sessions extends AutoCloseable {

	/**
	 * Opens a session.
	 * @return a new session in autocommit
	 * @throws SQLException if there is none to be had
	 */
	Session open() throws SQLException;

	/**
	 * Opens no more sessions, and breaks the one that is being opened or was opened last.
	 */
	@Override
	void close();

}
