package dev.pgevents.postgres.internal.eventlog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.pgevents.Event;
import dev.pgevents.internal.group.Cursor;
import dev.pgevents.internal.group.Failure;
import dev.pgevents.internal.group.Held;
import dev.pgevents.internal.group.HeldEvent;
import org.jspecify.annotations.Nullable;

/**
 * The statements about held events. The server's clock says when the next attempt is due.
 */
final class HeldEvents {

	private static final String NEXT = "pg_catalog.clock_timestamp() + ? * interval '1 millisecond'";

	private final LogNames names;

	private final EventRows rows;

	private final CursorMove move;

	HeldEvents(LogNames names, EventRows rows) {
		this.names = names;
		this.rows = rows;
		this.move = new CursorMove(names);
	}

	/** Holds an event and moves the cursor to it; false if the cursor is elsewhere. */
	boolean hold(Connection connection, String group, Cursor cursor, Event event, Failure failure) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(
				"WITH moved AS (" + this.move.sql() + " RETURNING grp) INSERT INTO " + this.names.table("held")
						+ " AS h (grp, " + EventRows.COLUMNS + ", attempts, parked, error, next_attempt) SELECT m.grp, "
						+ "l.part, l.pos, l.id, l.type, l.app_id, l.occurred_at, l.headers, l.payload, ?, ?, ?, " + NEXT
						+ " FROM moved AS m, " + this.names.table("log") + " AS l WHERE " + CursorMove.EVENT
						+ " ON CONFLICT (grp, part, pos) DO UPDATE SET error = h.error")) {
			CursorMove.bind(statement, group, cursor, event);
			int next = failure(statement, CursorMove.PARAMETERS + 1, failure);
			CursorMove.bindEvent(statement, next, event);
			return statement.executeUpdate() == 1;
		}
	}

	/** Sets the parameters of a failure; returns the number of the next one. */
	private static int failure(PreparedStatement statement, int first, Failure failure) throws SQLException {
		Duration next = failure.next();
		statement.setInt(first, failure.attempts());
		statement.setBoolean(first + 1, next == null);
		statement.setString(first + 2, failure.error().replace("\0", ""));
		if (next != null) {
			statement.setLong(first + 3, next.toMillis());
		}
		else {
			statement.setNull(first + 3, Types.BIGINT);
		}
		return first + 4;
	}

	/** Lets go of an event that was handled; false if the cursor is another's. */
	boolean handled(Connection connection, String group, Cursor cursor, Event event, String also) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(own() + ", gone AS (DELETE FROM "
				+ this.names.table("held") + " AS h USING own WHERE h.grp = own.grp AND h.part = own.part AND h.pos = ?"
				+ " RETURNING 1) SELECT (SELECT count(*) FROM own), (SELECT count(*) FROM gone), " + also)) {
			own(statement, group, cursor);
			statement.setLong(4, CursorMove.number(event));
			return isOne(statement);
		}
	}

	/** Holds an event longer; false if the cursor is another's. */
	boolean failedAgain(Connection connection, String group, Cursor cursor, Event event, Failure failure)
			throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(own() + ", again AS (UPDATE "
				+ this.names.table("held") + " AS h SET attempts = ?, parked = ?, error = ?, next_attempt = " + NEXT
				+ " FROM own WHERE h.grp = own.grp AND h.part = own.part AND h.pos = ? RETURNING 1)"
				+ " SELECT (SELECT count(*) FROM own), (SELECT count(*) FROM again)")) {
			own(statement, group, cursor);
			int next = failure(statement, 4, failure);
			statement.setLong(next, CursorMove.number(event));
			return isOne(statement);
		}
	}

	private String own() {
		return "WITH own AS (SELECT c.grp, c.part FROM " + this.names.table("cursor")
				+ " AS c WHERE c.grp = ? AND c.part = ? AND c.epoch = ? FOR UPDATE)";
	}

	private static void own(PreparedStatement statement, String group, Cursor cursor) throws SQLException {
		statement.setString(1, group);
		statement.setInt(2, cursor.partition());
		statement.setLong(3, cursor.epoch());
	}

	private static boolean isOne(PreparedStatement statement) throws SQLException {
		try (ResultSet rows = statement.executeQuery()) {
			rows.next();
			return rows.getLong(1) == 1;
		}
	}

	/** What is held of a partition, and when the first event of an app is due. */
	Held of(Connection connection, String group, int partition) throws SQLException {
		try (PreparedStatement statement = connection
			.prepareStatement("SELECT h.app_id, h.parked, " + "(extract(epoch FROM h.next_attempt"
					+ " - pg_catalog.clock_timestamp()) * 1000)::bigint FROM (" + firstOfApps() + ") AS h")) {
			statement.setString(1, group);
			statement.setInt(2, partition);
			try (ResultSet rows = statement.executeQuery()) {
				return held(rows);
			}
		}
	}

	private static Held held(ResultSet rows) throws SQLException {
		Set<String> apps = new HashSet<>();
		Long due = null;
		while (rows.next()) {
			String app = rows.getString(1);
			apps.add((app != null) ? app : "");
			if (!rows.getBoolean(2)) {
				long left = Math.max(0, rows.getLong(3));
				due = (due == null) ? left : Math.min(due, left);
			}
		}
		return new Held(apps, duration(due));
	}

	private static @Nullable Duration duration(@Nullable Long millis) {
		return (millis != null) ? Duration.ofMillis(millis) : null;
	}

	/** The next event that is due, or none. */
	List<HeldEvent> due(Connection connection, String group, int partition) throws SQLException {
		List<HeldEvent> due = new ArrayList<>();
		try (PreparedStatement statement = connection.prepareStatement("SELECT h.attempts, " + EventRows.COLUMNS
				+ " FROM (" + firstOfApps() + ") AS h WHERE NOT h.parked AND h.next_attempt <="
				+ " pg_catalog.clock_timestamp() ORDER BY h.next_attempt LIMIT 1")) {
			statement.setString(1, group);
			statement.setInt(2, partition);
			try (ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					due.add(new HeldEvent(this.rows.event(rows, 2), rows.getInt(1)));
				}
			}
		}
		return due;
	}

	private String firstOfApps() {
		return "SELECT DISTINCT ON (app_id) * FROM " + this.names.table("held")
				+ " WHERE grp = ? AND part = ? ORDER BY app_id, pos";
	}

}
