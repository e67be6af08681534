package dev.pgevents.postgres.internal.session;

import java.sql.SQLException;
import java.util.Set;

/**
 * The SQLSTATEs that mean something to the bus, by PostgreSQL's and pgjdbc's names
 * (PostgreSQL's appendix "Error Codes", {@code PSQLState}).
 */
public final class SqlStates {

	/** Class 08: the connection is of no use any more, or never was. */
	public static final String CONNECTION_EXCEPTION = "08";

	/** Of class 08, pgjdbc's for no server that will do. */
	public static final String CONNECTION_UNABLE_TO_CONNECT = "08001";

	/** Of class 08: it has been closed on this side. */
	public static final String CONNECTION_DOES_NOT_EXIST = "08003";

	/** Class 22: the server does not like a value, as text that its encoding lacks. */
	public static final String DATA_EXCEPTION = "22";

	/** LISTEN or NOTIFY on a hot standby. */
	public static final String READ_ONLY_SQL_TRANSACTION = "25006";

	/** The role lacks a privilege. */
	public static final String INSUFFICIENT_PRIVILEGE = "42501";

	/** What to say after what the server says of a privilege that is lacking. */
	public static final String GRANTS = ". What each role has to be granted: \"Tables and roles\" in "
			+ "docs/durable-events.md";

	/** The notification queue is full. */
	public static final String PROGRAM_LIMIT_EXCEEDED = "54000";

	/** {@code lock_timeout} is over. */
	public static final String LOCK_NOT_AVAILABLE = "55P03";

	/** Class 57P: the server shuts down, starts, or ends a session. */
	public static final String OPERATOR_INTERVENTION = "57P";

	/** Class 58: the server cannot read its own files, those of notifications too. */
	public static final String SYSTEM_ERROR = "58";

	/**
	 * The session was ended before the statement: admin_shutdown, crash_shutdown,
	 * cannot_connect_now, idle_session_timeout.
	 */
	public static final Set<String> SESSION_ENDED = Set.of("57P01", "57P02", "57P03", "57P05");

	private SqlStates() {
	}

	/**
	 * The state of a failure.
	 * @param failure the failure
	 * @return the state, empty if it has none
	 */
	public static String of(SQLException failure) {
		String state = failure.getSQLState();
		return (state != null) ? state : "";
	}

}
