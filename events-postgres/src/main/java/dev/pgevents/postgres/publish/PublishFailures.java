package dev.pgevents.postgres.publish;

import java.sql.SQLException;
import java.util.Set;

import dev.pgevents.PublishException;
import org.postgresql.util.PSQLException;

/**
 * Says in the user's words why the server did not take notifications.
 */
public final class PublishFailures {

	private static final Set<String> SESSION_ENDED = Set.of("57P01", "57P02", "57P03", "57P05");

	private static final Set<String> FATAL = Set.of("FATAL", "PANIC");

	private PublishFailures() {
	}

	/**
	 * Translates a failure.
	 * @param ex what the driver threw
	 * @return the exception for the caller of publish
	 */
	public static PublishException translate(SQLException ex) {
		String state = state(ex);
		if (state.equals("55P03")) {
			return new PublishException(
					"not published: the lock that PostgreSQL takes for every commit with NOTIFY was "
							+ "not free within the lock timeout. Another session's commit holds it: a commit that is waiting "
							+ "for a synchronous standby (see synchronous_standby_names), or an overloaded server",
					ex);
		}
		if (isQueueFull(ex)) {
			return new PublishException("not published: the server's notification queue is full. A session that "
					+ "listens is sitting in a long transaction, or does not read what it is sent: end it, see "
					+ "pg_stat_activity and pg_notification_queue_usage()", ex);
		}
		if (state.equals("25006")) {
			return new PublishException("not published: the server is a hot standby, connect to the primary", ex);
		}
		if (state.startsWith("22")) {
			return new RefusedException("not published: the server refused the notification: " + ex.getMessage(), ex);
		}
		if (isConnectionLost(ex)) {
			return new PublishException(
					"the connection was lost while publishing; whether the event was published is " + "not known", ex);
		}
		return new PublishException("not published: " + ex.getMessage(), ex);
	}

	/** Whether the connection is of no use any more. */
	static boolean isConnectionLost(SQLException ex) {
		String state = state(ex);
		return state.isEmpty() || state.startsWith("08") || state.startsWith("57P") || state.startsWith("58")
				|| isFatal(ex);
	}

	private static boolean isFatal(SQLException ex) {
		return ex instanceof PSQLException own && own.getServerErrorMessage() != null
				&& FATAL.contains(String.valueOf(own.getServerErrorMessage().getSeverity()));
	}

	/** Whether the server's notification queue is full. */
	static boolean isQueueFull(SQLException ex) {
		return state(ex).equals("54000");
	}

	/** Whether the session ended before the statement: it can be sent again. */
	static boolean isSessionEnded(SQLException ex) {
		return SESSION_ENDED.contains(state(ex));
	}

	private static String state(SQLException ex) {
		return (ex.getSQLState() != null) ? ex.getSQLState() : "";
	}

}
