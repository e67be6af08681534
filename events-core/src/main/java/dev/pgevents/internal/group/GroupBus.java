package dev.pgevents.internal.group;

import java.sql.Connection;
import java.sql.SQLException;

/**
 * What frameworks ask of a bus whose groups live in a database.
 */
public interface GroupBus extends GroupMonitor {

	/**
	 * Makes the log's tables, if that is wanted and they are missing, and checks them.
	 * @throws dev.pgevents.EventLogException if the database does not answer
	 * @throws IllegalStateException if something is missing or different
	 */
	void initialize();

	/**
	 * Lets the position of the event in hand commit with the caller's transaction.
	 * @param caller the transaction's connection
	 * @param attempt the handler's call
	 * @return false if the event has become another process's, so that the transaction
	 * has to be rolled back
	 * @throws SQLException if the connection is broken
	 */
	boolean acknowledge(Connection caller, Attempt attempt) throws SQLException;

}
