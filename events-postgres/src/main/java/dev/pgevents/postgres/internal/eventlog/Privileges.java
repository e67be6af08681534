package dev.pgevents.postgres.internal.eventlog;

import java.sql.SQLException;

import dev.pgevents.postgres.internal.session.SqlStates;

/**
 * Names what to do where the role may not do something with the log.
 */
final class Privileges {

	private Privileges() {
	}

	static boolean isLacking(SQLException failure) {
		return SqlStates.of(failure).equals(SqlStates.INSUFFICIENT_PRIVILEGE);
	}

	/** The failure, with the remedy where a privilege is lacking. */
	static SQLException named(SQLException failure) {
		return isLacking(failure)
				? new SQLException(failure.getMessage() + SqlStates.GRANTS, failure.getSQLState(), failure) : failure;
	}

}
