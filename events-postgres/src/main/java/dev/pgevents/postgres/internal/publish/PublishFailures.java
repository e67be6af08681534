package dev.pgevents.postgres.internal.publish;

import java.sql.SQLException;
import java.util.Set;

import dev.pgevents.PublishException;
import dev.pgevents.PublishException.Outcome;
import dev.pgevents.postgres.internal.session.SqlStates;
import org.postgresql.util.PSQLException;

/**
 * Says in the user's words why the server did not take notifications.
 */
public final class PublishFailures {

	private static final Set<String> FATAL = Set.of("FATAL", "PANIC");

	private PublishFailures() {
	}

	/**
	 * Translates a failure outside of a transaction.
	 * @param ex what the driver threw
	 * @return the exception for the caller of publish
	 */
	public static PublishException translate(SQLException ex) {
		if (SqlStates.of(ex).startsWith(SqlStates.DATA_EXCEPTION)) {
			// The driver has some of these states too, for what it cannot write.
			return new RefusedException((isDriversOwn(ex) ? "not published: the driver could not send the notification"
					: "not published: the server refused the notification") + ": " + ex.getMessage(), ex);
		}
		if (isConnectionLost(ex)) {
			return new PublishException(Outcome.UNKNOWN,
					"the connection was lost while publishing; whether the event was published is not known", ex);
		}
		if (isDriversOwn(ex)) {
			return new PublishException(Outcome.UNKNOWN, "the driver failed while publishing: " + ex.getMessage()
					+ "; whether the event was published is not known", ex);
		}
		return new PublishException(Outcome.NOT_PUBLISHED, "not published: " + reason(ex), ex);
	}

	/**
	 * Translates a failure in a transaction that is still to be committed. A session that
	 * has ended rolls it back.
	 * @param ex what the driver threw
	 * @return the exception for the caller of publish
	 */
	public static PublishException translateInTransaction(SQLException ex) {
		if (!SqlStates.of(ex).isEmpty() && isConnectionLost(ex)) {
			return new PublishException(Outcome.NOT_PUBLISHED,
					"not published: the transaction's connection is lost: " + ex.getMessage(), ex);
		}
		if (SqlStates.of(ex).equals(SqlStates.READ_ONLY_SQL_TRANSACTION)) {
			return new PublishException(Outcome.NOT_PUBLISHED,
					"not published: this transaction was routed to a hot standby, where PostgreSQL allows no NOTIFY. "
							+ "Publish in one that goes to the primary (where reads are routed by it: not readOnly), or "
							+ "outside of transactions (in Spring: Propagation.NOT_SUPPORTED), or after them, through the "
							+ "bus (in Spring Boot: events.publisher.mode=after-commit)",
					ex);
		}
		return translate(ex);
	}

	/** The append names the partition, and who holds it. */
	private static boolean isOfLog(SQLException ex) {
		return String.valueOf(ex.getMessage()).contains("of the event log was not free");
	}

	private static String reason(SQLException ex) {
		return switch (SqlStates.of(ex)) {
			case SqlStates.LOCK_NOT_AVAILABLE -> isOfLog(ex) ? String.valueOf(ex.getMessage())
					: "the lock that PostgreSQL takes for every commit with NOTIFY was not free within the lock "
							+ "timeout. Another session's commit holds it: a commit that is waiting for a synchronous standby "
							+ "(see synchronous_standby_names), or an overloaded server";
			case SqlStates.PROGRAM_LIMIT_EXCEEDED ->
				"the server's notification queue is full. A session that listens is sitting in a long "
						+ "transaction, or does not read what it is sent: end it, see pg_stat_activity and "
						+ "pg_notification_queue_usage()";
			case SqlStates.READ_ONLY_SQL_TRANSACTION -> "the server is a hot standby, connect to the primary";
			case SqlStates.INSUFFICIENT_PRIVILEGE -> ex.getMessage() + SqlStates.GRANTS;
			default -> String.valueOf(ex.getMessage());
		};
	}

	/** Whether the connection is of no use any more. */
	static boolean isConnectionLost(SQLException ex) {
		String state = SqlStates.of(ex);
		return state.isEmpty() || state.startsWith(SqlStates.CONNECTION_EXCEPTION)
				|| state.startsWith(SqlStates.OPERATOR_INTERVENTION) || state.startsWith(SqlStates.SYSTEM_ERROR)
				|| isFatal(ex);
	}

	/**
	 * Whether the driver says so and not the server: for want of memory, or through an
	 * error of its own, it may fail once the server has done its part.
	 */
	private static boolean isDriversOwn(SQLException ex) {
		return ex instanceof PSQLException own && own.getServerErrorMessage() == null;
	}

	private static boolean isFatal(SQLException ex) {
		return ex instanceof PSQLException own && own.getServerErrorMessage() != null
				&& FATAL.contains(String.valueOf(own.getServerErrorMessage().getSeverity()));
	}

	/** Whether the server's notification queue is full. */
	static boolean isQueueFull(SQLException ex) {
		return SqlStates.of(ex).equals(SqlStates.PROGRAM_LIMIT_EXCEEDED);
	}

	/** Whether the session ended before the statement: it can be sent again. */
	static boolean isSessionEnded(SQLException ex) {
		return SqlStates.SESSION_ENDED.contains(SqlStates.of(ex));
	}

}
