package dev.pgevents.postgres.internal.session;

import java.sql.SQLException;

/**
 * Says in the user's words that the bus was led to a server where it can do nothing.
 */
final class NoPrimary {

	/** As pgjdbc's for no server that will do. */
	private static final String STATE = SqlStates.CONNECTION_UNABLE_TO_CONNECT;

	private static final String MESSAGE = "no primary: each server of the connection URL that answers is a hot standby, "
			+ "where PostgreSQL allows neither LISTEN nor NOTIFY. Give the bus the primary's URL, or name all servers, "
			+ "so that it can follow a failover: jdbc:postgresql://one,two/database (in Spring Boot: events.postgres.url)";

	private NoPrimary() {
	}

	static SQLException found() {
		return new SQLException(MESSAGE, STATE);
	}

	/**
	 * Whether the driver has refused what is not a primary to it. It (42.7.14) has no
	 * code of its own for that; the name of the property is in all its translations.
	 */
	static boolean isReason(SQLException failure) {
		return STATE.equals(failure.getSQLState()) && failure.getCause() == null
				&& String.valueOf(failure.getMessage()).contains("targetServerType");
	}

}
