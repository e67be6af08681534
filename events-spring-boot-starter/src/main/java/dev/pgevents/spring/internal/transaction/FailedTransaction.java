package dev.pgevents.spring.internal.transaction;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

import org.postgresql.core.BaseConnection;
import org.postgresql.core.TransactionState;

/**
 * Recognizes a transaction that PostgreSQL will not commit. Once a statement has failed,
 * it answers COMMIT with ROLLBACK; pgjdbc (42.7.14) returns normally from that, and
 * Spring takes it for a commit.
 */
final class FailedTransaction {

	private static final String IN_FAILED_TRANSACTION = "25P02";

	private FailedTransaction() {
	}

	/**
	 * Whether a connection's transaction can only be rolled back. Costs no round trip
	 * where the connection lets one have pgjdbc's own.
	 * @param connection a connection of any database
	 * @return whether it is known to have failed; false for databases that go on after a
	 * failed statement
	 */
	static boolean isIn(Connection connection) {
		try {
			if (connection.isWrapperFor(BaseConnection.class)) {
				return connection.unwrap(BaseConnection.class).getTransactionState() == TransactionState.FAILED;
			}
			return connection.getMetaData().getDatabaseProductName().equals("PostgreSQL") && refuses(connection);
		}
		catch (SQLException ex) {
			return false; // its commit will show it
		}
	}

	private static boolean refuses(Connection connection) {
		try (Statement statement = connection.createStatement()) {
			statement.execute("SELECT 1");
			return false;
		}
		catch (SQLException ex) {
			return IN_FAILED_TRANSACTION.equals(ex.getSQLState());
		}
	}

}
