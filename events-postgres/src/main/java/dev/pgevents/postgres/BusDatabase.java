package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collections;
import java.util.Map;
import java.util.WeakHashMap;

import dev.pgevents.postgres.internal.session.DatabaseIdentity;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * The database in which the bus's notifications travel, and whether a connection of
 * another one leads there, too. Each physical connection is asked once. Thread-safe.
 */
final class BusDatabase {

	private final Map<PGConnection, DatabaseIdentity> known = Collections.synchronizedMap(new WeakHashMap<>());

	private volatile @Nullable DatabaseIdentity own;

	/** Called whenever a connection of the bus's own has been opened. */
	void own(DatabaseIdentity database) {
		this.own = database;
	}

	/**
	 * Whether notifications sent on a connection travel in the bus's database. A standby
	 * is no reason to say no: it refuses them.
	 * @param connection a connection, in whatever transaction it is in
	 * @param unknown the answer as long as the bus has not connected
	 * @return whether they do
	 * @throws SQLException if the server does not answer
	 */
	boolean isReachedBy(Connection connection, boolean unknown) throws SQLException {
		DatabaseIdentity home = this.own;
		if (home == null) {
			return unknown;
		}
		DatabaseIdentity database = database(connection);
		return database.hotStandby() || database.isSameAs(home);
	}

	private DatabaseIdentity database(Connection connection) throws SQLException {
		if (!connection.isWrapperFor(PGConnection.class)) {
			return DatabaseIdentity.of(connection);
		}
		PGConnection physical = connection.unwrap(PGConnection.class);
		DatabaseIdentity database = this.known.get(physical);
		if (database == null) {
			database = DatabaseIdentity.of(connection);
			if (!database.hotStandby()) { // which may be promoted
				this.known.put(physical, database);
			}
		}
		return database;
	}

}
