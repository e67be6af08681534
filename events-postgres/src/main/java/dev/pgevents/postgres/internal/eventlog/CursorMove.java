package dev.pgevents.postgres.internal.eventlog;

import java.sql.PreparedStatement;
import java.sql.SQLException;

import dev.pgevents.Event;
import dev.pgevents.Position;
import dev.pgevents.internal.group.Cursor;

/**
 * The part of a statement that moves a cursor to an event: from the position and under
 * the epoch that it is known to have, and only if the log has the event there. No row
 * means that the cursor is another's, or the log another one.
 */
final class CursorMove {

	/** How many parameters it has. */
	static final int PARAMETERS = 8;

	/** How many parameters {@link #EVENT} has. */
	static final int EVENT_PARAMETERS = 3;

	/** An event of the log, whose alias is {@code l}. */
	static final String EVENT = "l.part = ? AND l.pos = ? AND l.id = ?";

	/** Takes the row of {@link CursorRows} only, by a last parameter. */
	static final String AT = " AND ctid = ?::pg_catalog.tid";

	private final String sql;

	CursorMove(LogNames names) {
		this.sql = "UPDATE " + names.table("cursor") + " SET pos = ? WHERE grp = ? AND part = ? AND pos = ?"
				+ " AND epoch = ? AND EXISTS (SELECT FROM " + names.table("log") + " AS l WHERE " + EVENT + ")";
	}

	/** The statement, to which {@link #AT} and a RETURNING clause can be added. */
	String sql() {
		return this.sql;
	}

	/** Sets its parameters, which are the statement's first ones. */
	static void bind(PreparedStatement statement, String group, Cursor cursor, Event event) throws SQLException {
		statement.setLong(1, number(event));
		statement.setString(2, group);
		statement.setInt(3, cursor.partition());
		statement.setLong(4, cursor.position());
		statement.setLong(5, cursor.epoch());
		bindEvent(statement, PARAMETERS - EVENT_PARAMETERS + 1, event);
	}

	/** Sets the parameters of {@link #EVENT}. */
	static void bindEvent(PreparedStatement statement, int first, Event event) throws SQLException {
		Position position = position(event);
		statement.setInt(first, position.partition());
		statement.setLong(first + 1, position.number());
		statement.setObject(first + 2, event.id());
	}

	static long number(Event event) {
		return position(event).number();
	}

	private static Position position(Event event) {
		Position position = event.position();
		if (position == null) {
			throw new IllegalStateException(event + " has no position in the event log");
		}
		return position;
	}

}
