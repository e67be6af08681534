package dev.pgevents.postgres.internal.eventlog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;

import dev.pgevents.internal.group.Progress;
import org.jspecify.annotations.Nullable;

/**
 * Moves the cursors of many partitions at once, outside of handlers' transactions: each
 * from the position and under the epoch that it is known to have, to an event that the
 * log has, or had until it expired.
 */
final class Acknowledgements {

	private final CursorRows cursors;

	private final String sql;

	Acknowledgements(LogNames names, CursorRows cursors) {
		this.cursors = cursors;
		this.sql = "UPDATE " + names.table("cursor")
				+ " AS c SET pos = n.pos FROM unnest(?::integer[], ?::bigint[], ?::bigint[], ?::bigint[], ?::uuid[],"
				+ " ?::text[]::pg_catalog.tid[]) AS n(part, old, epoch, pos, id, place) WHERE c.grp = ? AND c.part = n.part AND c.pos = n.old"
				+ " AND c.epoch = n.epoch AND (EXISTS (SELECT FROM " + names.table("log")
				+ " AS l WHERE l.part = n.part AND l.pos = n.pos AND l.id = n.id) OR n.pos <= (SELECT p.expired FROM "
				+ names.table("partition") + " AS p WHERE p.part = n.part))";
	}

	/** Returns the partitions whose cursors are elsewhere, which it leaves. */
	Set<Integer> move(Connection connection, String group, Collection<Progress> progress) throws SQLException {
		Set<Integer> left = new HashSet<>();
		List<Progress> known = new ArrayList<>();
		for (Progress one : progress) {
			left.add(one.cursor().partition());
			if (this.cursors.of(group, one.cursor().partition()) != null) {
				known.add(one);
			}
		}
		if (!known.isEmpty()) {
			left.removeAll(move(connection, group, known, " AND c.ctid = n.place"));
		}
		List<Progress> others = progress.stream().filter((one) -> left.contains(one.cursor().partition())).toList();
		if (!others.isEmpty()) {
			left.removeAll(move(connection, group, others, ""));
		}
		return left;
	}

	private Set<Integer> move(Connection connection, String group, List<Progress> progress, String where)
			throws SQLException {
		Set<Integer> moved = new HashSet<>();
		try (PreparedStatement statement = connection
			.prepareStatement(this.sql + where + " RETURNING c.part, c.ctid")) {
			array(statement, 1, "integer", progress, (one) -> one.cursor().partition());
			array(statement, 2, "bigint", progress, (one) -> one.cursor().position());
			array(statement, 3, "bigint", progress, (one) -> one.cursor().epoch());
			array(statement, 4, "bigint", progress, Progress::position);
			array(statement, 5, "uuid", progress, Progress::event);
			array(statement, 6, "text", progress, (one) -> this.cursors.of(group, one.cursor().partition()));
			statement.setString(7, group);
			try (ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					moved.add(rows.getInt(1));
					this.cursors.moved(group, rows.getInt(1), rows.getString(2));
				}
			}
		}
		return moved;
	}

	private static void array(PreparedStatement statement, int index, String type, List<Progress> progress,
			Function<Progress, @Nullable Object> value) throws SQLException {
		statement.setArray(index,
				statement.getConnection().createArrayOf(type, progress.stream().map(value).toArray()));
	}

}
