package dev.pgevents.postgres.internal.eventlog;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Map;
import java.util.TreeMap;

import dev.pgevents.postgres.internal.session.SqlStates;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The sequences that give positions. None may stand before a position that was given
 * already, or events would be recorded where groups have been. A database that was copied
 * by logical replication, or in parts, may have lost where they stood.
 */
final class PositionSequences {

	private static final Logger logger = LoggerFactory.getLogger(PositionSequences.class);

	private final String busName;

	private final LogNames names;

	PositionSequences(String busName, LogNames names) {
		this.busName = busName;
		this.names = names;
	}

	/**
	 * Sets sequences that stand too low to where they must be; does nothing where the
	 * role may not read them.
	 * @throws IllegalStateException if the role may not set them
	 */
	void check(Connection connection) throws SQLException {
		if (!isReadable(connection)) {
			return;
		}
		Map<Integer, Long> low = low(connection);
		if (!low.isEmpty()) {
			repair(connection, low);
		}
	}

	private boolean isReadable(Connection connection) throws SQLException {
		StringBuilder sql = new StringBuilder("SELECT true");
		for (String table : new String[] { "log", "partition", "cursor" }) {
			sql.append(" AND pg_catalog.has_table_privilege('").append(this.names.table(table)).append("', 'SELECT')");
		}
		try (Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery(sql.toString())) {
			return rows.next() && rows.getBoolean(1);
		}
	}

	/** By partition what its sequence must have come to, where it has not. */
	private Map<Integer, Long> low(Connection connection) throws SQLException {
		Map<Integer, Long> low = new TreeMap<>();
		String sequence = "('" + this.names.table("position_").replaceFirst("\"$", "") + "' || p.part || '\"')";
		try (Statement statement = connection.createStatement();
				ResultSet rows = statement.executeQuery("SELECT s.part, s.top FROM (SELECT p.part, greatest(p.expired,"
						+ " (SELECT pg_catalog.max(l.pos) FROM " + this.names.table("log")
						+ " AS l WHERE l.part = p.part), c.pos) AS top, CASE WHEN"
						+ " pg_catalog.has_sequence_privilege(" + sequence + ", 'USAGE, SELECT') THEN"
						+ " coalesce(pg_catalog.pg_sequence_last_value(" + sequence + "::pg_catalog.regclass), 0) END"
						+ " AS last FROM " + this.names.table("partition") + " AS p LEFT JOIN (SELECT part,"
						+ " pg_catalog.max(pos) AS pos FROM " + this.names.table("cursor")
						+ " GROUP BY part) AS c ON c.part = p.part) AS s WHERE s.last < s.top")) {
			while (rows.next()) {
				low.put(rows.getInt(1), rows.getLong(2));
			}
		}
		return low;
	}

	private void repair(Connection connection, Map<Integer, Long> low) throws SQLException {
		connection.setAutoCommit(false);
		try (Statement statement = connection.createStatement()) {
			for (Map.Entry<Integer, Long> one : low.entrySet()) {
				statement.execute(
						"SELECT pg_catalog.pg_advisory_xact_lock(" + this.names.lock() + ", " + one.getKey() + ")");
				statement.execute(setval(one));
			}
			connection.commit();
			logger.warn(
					"{}: the sequences of partitions {} of the event log stood before positions that were given "
							+ "already, as after a copy of the database without them: set to what they had come to",
					this.busName, low);
		}
		catch (SQLException ex) {
			connection.rollback();
			if (!SqlStates.INSUFFICIENT_PRIVILEGE.equals(ex.getSQLState())) {
				throw ex;
			}
			throw new IllegalStateException("the event log would give positions a second time: the sequences of "
					+ "partitions " + low.keySet() + " stand before positions that were given already, as after a "
					+ "copy of the database without them. Let their owner execute "
					+ setval(low.entrySet().iterator().next()) + ", and so on: " + low, ex);
		}
		finally {
			connection.setAutoCommit(true);
		}
	}

	private String setval(Map.Entry<Integer, Long> one) {
		String sequence = this.names.table("position_" + one.getKey());
		return "SELECT pg_catalog.setval('" + sequence + "', greatest(" + one.getValue()
				+ ", coalesce(pg_catalog.pg_sequence_last_value('" + sequence + "'::pg_catalog.regclass), 0)))";
	}

}
