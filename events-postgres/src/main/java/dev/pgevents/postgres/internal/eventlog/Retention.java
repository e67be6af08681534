package dev.pgevents.postgres.internal.eventlog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;

import dev.pgevents.internal.log.LogText;
import dev.pgevents.postgres.internal.session.Session;
import dev.pgevents.postgres.internal.session.SessionFactory;
import dev.pgevents.postgres.internal.session.SqlStates;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes leaves of the log ahead, and drops those that need not be kept any more. Whether
 * there is something to do is one query on the log's connection; what waits for others'
 * transactions is done on a session of its own, by one process at a time, and given up
 * after the lock timeout until the next time. Nothing fails where no instance does it:
 * the last leaf takes all. For one thread at a time.
 */
final class Retention {

	private static final Logger logger = LoggerFactory.getLogger(Retention.class);

	/** Held by who works: above partitions, below instances. */
	private static final int LOCK = Instance.FIRST - 1;

	/** How many leaves there are ahead of the present one. */
	private static final int AHEAD = 2;

	private static final Duration PATIENCE = Duration.ofMinutes(2);

	private final String busName;

	private final LogNames names;

	private final Expiry expiry;

	private final SessionFactory sessions;

	private final Duration lockTimeout;

	private @Nullable String lastFailure;

	/**
	 * Creates one that has not looked yet.
	 * @param busName begins log lines
	 * @param names how the log's tables are called
	 * @param expiry how long events are kept
	 * @param sessions opens the session for what may wait
	 * @param lockTimeout how long each statement waits for others' transactions
	 */
	Retention(String busName, LogNames names, Expiry expiry, SessionFactory sessions, Duration lockTimeout) {
		this.busName = busName;
		this.names = names;
		this.expiry = expiry;
		this.sessions = sessions;
		this.lockTimeout = lockTimeout;
	}

	/** Whether there is something to do. */
	boolean isDue(Connection connection) throws SQLException {
		return isLeafWanted(connection)
				|| leaves(connection).stream().anyMatch((leaf) -> leaf.old() || leaf.state() != Leaf.State.ATTACHED);
	}

	/** Does what there is to do; what fails is tried again the next time. */
	void work() {
		try (Session session = this.sessions.open(System.nanoTime() + PATIENCE.toNanos())) {
			session.execute("SET lock_timeout = " + this.lockTimeout.toMillis());
			if (session.isPooled()
					|| session.query("SELECT pg_catalog.pg_try_advisory_lock(" + this.names.lock() + ", " + LOCK + ")")
						.equals("t")) {
				work(session.connection());
			}
			this.lastFailure = null;
		}
		catch (SQLException ex) {
			failed(ex);
		}
	}

	private void failed(SQLException failure) {
		String text = LogText.of(String.valueOf(failure.getMessage()), LogText.MESSAGE);
		if (text.equals(this.lastFailure)) {
			logger.debug("{}: the event log's leaves are as they were", this.busName, failure);
			return;
		}
		this.lastFailure = text;
		if (SqlStates.INSUFFICIENT_PRIVILEGE.equals(failure.getSQLState())) {
			logger.warn(
					"{}: events are kept for longer than they need be: {}. Leaves of {} are made and dropped by a "
							+ "process whose role owns that table, or is a member of the role that does",
					this.busName, text, this.names.table("log"));
		}
		else {
			logger.warn("{}: the event log's leaves could not be made or dropped, which is tried again: {}",
					this.busName, text);
		}
	}

	private void work(Connection connection) throws SQLException {
		for (Leaf leaf : leaves(connection)) {
			if (leaf.state() == Leaf.State.DETACHING) {
				execute(connection,
						"ALTER TABLE " + this.names.table("log") + " DETACH PARTITION " + leaf.table() + " FINALIZE");
			}
			if (leaf.state() != Leaf.State.ATTACHED) {
				drop(connection, leaf);
			}
		}
		while (isLeafWanted(connection)) {
			add(connection);
		}
		for (Leaf leaf : leaves(connection)) {
			if (!leaf.old() || !retire(connection, leaf)) {
				return;
			}
		}
	}

	private List<Leaf> leaves(Connection connection) throws SQLException {
		return Leaf.all(connection, this.names, this.expiry);
	}

	private boolean isLeafWanted(Connection connection) throws SQLException {
		return ask(connection, "SELECT leaves_until < pg_catalog.clock_timestamp() + interval '"
				+ this.expiry.leaf().multipliedBy(AHEAD).toMillis() + " ms' FROM " + this.names.table("settings"));
	}

	/** Where no instance has for a while, one leaf takes all the time until now. */
	private void add(Connection connection) throws SQLException {
		String next = "greatest(leaves_until, pg_catalog.date_trunc('second', pg_catalog.clock_timestamp()))"
				+ " + interval '" + this.expiry.leaf().toSeconds() + " s'";
		String name = "pg_catalog.to_char(leaves_until AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS')";
		inTransaction(connection, () -> {
			try (Statement statement = connection.createStatement();
					ResultSet rows = statement.executeQuery("SELECT " + name + ", leaves_until::text, (" + next
							+ ")::text FROM " + this.names.table("settings"))) {
				rows.next();
				add(connection, this.names.table("log_" + rows.getString(1)), rows.getString(2), rows.getString(3));
			}
		});
	}

	/**
	 * Until it hangs on the log no other session knows the new table: that blocks none.
	 */
	private void add(Connection connection, String leaf, String from, String until) throws SQLException {
		String log = this.names.table("log");
		String last = leaf.substring(leaf.indexOf(".\"") + 2, leaf.length() - 1);
		execute(connection,
				"CREATE TABLE " + leaf + " (LIKE " + log + " INCLUDING DEFAULTS INCLUDING CONSTRAINTS, CONSTRAINT \""
						+ last + "_time\" CHECK (recorded_at >= '" + from + "' AND recorded_at < '" + until + "'))");
		execute(connection, "ALTER TABLE " + log + " ATTACH PARTITION " + leaf + " FOR VALUES FROM ('" + from
				+ "') TO ('" + until + "')");
		execute(connection, "ALTER TABLE " + leaf + " DROP CONSTRAINT \"" + last + "_time\"");
		// What was recorded when there was no leaf for it is in one that seems older.
		execute(connection,
				"UPDATE " + this.names.table("settings") + " SET leaves_until = '" + until
						+ "', caught_up = CASE WHEN leaves_until < pg_catalog.clock_timestamp()"
						+ " THEN pg_catalog.clock_timestamp() ELSE caught_up END");
		logger.debug("{}: events of {} to {} will be in {}", this.busName, from, until, leaf);
	}

	/** Drops a leaf, unless it is to be kept for a group. */
	private boolean retire(Connection connection, Leaf leaf) throws SQLException {
		List<String> behind = behind(connection, leaf);
		if (!behind.isEmpty() && !leaf.tooOld()) {
			logger.debug("{} is kept for groups {}", leaf.table(), behind);
			return false;
		}
		if (!behind.isEmpty()) {
			logger.warn("{}: events before {} are dropped, as events.log.retention-max says, though groups {} have not "
					+ "handled them all: their handlers get a gap", this.busName, leaf.until(), behind);
		}
		inTransaction(connection, () -> {
			expire(connection, leaf);
			execute(connection, "UPDATE " + this.names.table("settings") + " SET leaves_from = greatest(leaves_from, '"
					+ leaf.until() + "')");
		});
		execute(connection,
				"ALTER TABLE " + this.names.table("log") + " DETACH PARTITION " + leaf.table() + " CONCURRENTLY");
		drop(connection, leaf);
		return true;
	}

	/** Which groups have not handled all of a leaf. */
	private List<String> behind(Connection connection, Leaf leaf) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery("SELECT coalesce(pg_catalog.array_agg(DISTINCT c.grp), '{}')"
						+ " FROM " + this.names.table("cursor") + " AS c JOIN (" + heads(leaf)
						+ ") AS h ON h.part = c.part WHERE c.pos < h.pos")) {
			rows.next();
			return List.of((String[]) rows.getArray(1).getArray());
		}
	}

	private String heads(Leaf leaf) {
		return "SELECT p.part, (SELECT pg_catalog.max(l.pos) FROM " + leaf.table()
				+ " AS l WHERE l.part = p.part) AS pos FROM " + this.names.table("partition") + " AS p";
	}

	/** From now on readers know that what a leaf has is gone. */
	private void expire(Connection connection, Leaf leaf) throws SQLException {
		execute(connection, "UPDATE " + this.names.table("partition") + " AS p SET expired = h.pos FROM (" + heads(leaf)
				+ ") AS h WHERE h.part = p.part AND h.pos > p.expired");
	}

	/** Once more before that: an instance whose clock stood may have added a row. */
	private void drop(Connection connection, Leaf leaf) throws SQLException {
		inTransaction(connection, () -> {
			expire(connection, leaf);
			execute(connection, "DROP TABLE " + leaf.table());
		});
		logger.info("{}: dropped {}, whose events were to be kept for {}", this.busName, leaf.table(),
				this.expiry.retention());
	}

	private static void execute(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	private static boolean ask(Connection connection, String sql) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(sql);
				ResultSet rows = statement.executeQuery()) {
			return rows.next() && rows.getBoolean(1);
		}
	}

	private static void inTransaction(Connection connection, Steps steps) throws SQLException {
		connection.setAutoCommit(false);
		try {
			steps.execute();
			connection.commit();
		}
		catch (SQLException | RuntimeException | Error ex) {
			connection.rollback();
			throw ex;
		}
		finally {
			connection.setAutoCommit(true);
		}
	}

	/** Opens no session any more. */
	void close() {
		this.sessions.close();
	}

	/** Statements of one transaction. */
	@FunctionalInterface
	private interface Steps {

		void execute() throws SQLException;

	}

}
