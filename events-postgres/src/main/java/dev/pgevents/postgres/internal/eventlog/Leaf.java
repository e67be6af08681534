package dev.pgevents.postgres.internal.eventlog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * A leaf of the log: the rows of a time, which are dropped together.
 *
 * @param table the quoted name of its table
 * @param state how it hangs on the log
 * @param until the time before which its rows are; null where it does not hang on it
 * @param old whether events of that time need not be kept any more
 * @param tooOld whether they are not kept, though a group may not have handled them
 */
record Leaf(String table, State state, @Nullable String until, boolean old, boolean tooOld) {

	private static final String UNTIL = "substring(pg_catalog.pg_get_expr(c.relpartbound, c.oid) from"
			+ " 'TO [(]''(.*)''[)]')::timestamptz";

	/** The log's leaves, the oldest first. */
	static List<Leaf> all(Connection connection, LogNames names, Expiry expiry) throws SQLException {
		List<Leaf> leaves = new ArrayList<>();
		try (PreparedStatement statement = connection.prepareStatement("SELECT l.name, l.detaching, l.until::text,"
				+ " coalesce(greatest(l.until, l.since) <= pg_catalog.clock_timestamp() - ? * interval '1 millisecond',"
				+ " false), coalesce(greatest(l.until, l.since) <= pg_catalog.clock_timestamp() - ?::bigint"
				+ " * interval '1 millisecond', false) FROM (SELECT c.relname AS name, i.inhdetachpending AS detaching, "
				+ UNTIL + " AS until, CASE WHEN " + UNTIL + " < s.caught_up THEN s.caught_up END AS since FROM "
				+ names.table("settings")
				+ " AS s, pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n ON n.oid = c.relnamespace"
				+ " LEFT JOIN pg_catalog.pg_inherits AS i ON i.inhrelid = c.oid WHERE n.nspname = ? AND c.relkind = 'r'"
				+ " AND c.relname ~ ? AND (i.inhrelid IS NOT NULL OR pg_catalog.right(c.relname, 14)"
				+ " < pg_catalog.to_char(s.leaves_from AT TIME ZONE 'UTC', 'YYYYMMDDHH24MISS'))) AS l"
				+ " ORDER BY l.name")) {
			statement.setLong(1, expiry.retention().toMillis());
			statement.setObject(2, (expiry.max() != null) ? expiry.max().toMillis() : null, Types.BIGINT);
			statement.setString(3, names.schema());
			statement.setString(4, "^" + names.prefix() + "log_[0-9]{14}$");
			try (ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					leaves.add(new Leaf(names.quoted(rows.getString(1)), state(rows), rows.getString(3),
							rows.getBoolean(4), rows.getBoolean(5)));
				}
			}
		}
		return leaves;
	}

	private static State state(ResultSet row) throws SQLException {
		if (row.getObject(2) == null) {
			return State.LOOSE;
		}
		return row.getBoolean(2) ? State.DETACHING : State.ATTACHED;
	}

	/** How a leaf hangs on the log. */
	enum State {

		/** Rows are read from it. */
		ATTACHED,

		/** Taking it off was interrupted: rows are read from it no more. */
		DETACHING,

		/** It was taken off, and is a table of its own. */
		LOOSE

	}

}
