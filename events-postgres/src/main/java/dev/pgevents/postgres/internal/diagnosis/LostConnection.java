package dev.pgevents.postgres.internal.diagnosis;

import java.net.SocketException;
import java.sql.SQLException;

import dev.pgevents.postgres.internal.session.SqlStates;

/**
 * Says why a connection was lost, where the driver's words lead astray.
 */
public final class LostConnection {

	/** What the JDK says where this process itself has closed a socket. */
	private static final String CLOSED_HERE = "Socket closed";

	/** How far causes are followed, which may go round in a circle. */
	private static final int CAUSES = 10;

	private LostConnection() {
	}

	/**
	 * Names the pool that has closed a connection which it had lent.
	 * @param failure what the driver threw
	 * @param lent whether the connection was lent, by a pool for example
	 * @return the failure itself, or the same in better words
	 */
	public static Throwable named(Throwable failure, boolean lent) {
		return (lent && isClosedHere(failure)) ? new SQLException(
				"closed in this process, and not by the bus: most likely by the pool that lent it, as abandoned or "
						+ "too old (removeAbandoned, maxLifetime). A pool is to lend the bus none: give it dataSource(pool), "
						+ "which only asks where it goes, or listener(ConnectionSource.url(...))",
				SqlStates.CONNECTION_DOES_NOT_EXIST, failure) : failure;
	}

	private static boolean isClosedHere(Throwable failure) {
		Throwable each = failure;
		for (int i = 0; i < CAUSES && each != null; i++) {
			if (each instanceof SocketException && CLOSED_HERE.equals(each.getMessage())) {
				return true;
			}
			if (each instanceof SQLException ex && SqlStates.CONNECTION_DOES_NOT_EXIST.equals(ex.getSQLState())) {
				return true;
			}
			each = each.getCause();
		}
		return false;
	}

}
