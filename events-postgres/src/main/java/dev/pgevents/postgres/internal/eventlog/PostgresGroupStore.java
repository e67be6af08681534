package dev.pgevents.postgres.internal.eventlog;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

import dev.pgevents.Event;
import dev.pgevents.StartPosition;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.internal.group.Cursor;
import dev.pgevents.internal.group.Failure;
import dev.pgevents.internal.group.GroupStore;
import dev.pgevents.internal.group.Held;
import dev.pgevents.internal.group.HeldEvent;
import dev.pgevents.internal.group.Page;
import dev.pgevents.internal.group.Progress;
import dev.pgevents.internal.group.Share;
import org.jspecify.annotations.Nullable;

/**
 * Groups in PostgreSQL. Every change of a cursor names the position and the epoch that it
 * expects, so that an owner that was thought dead changes nothing when it comes back.
 * Thread-safe.
 */
final class PostgresGroupStore implements GroupStore {

	/** Of bodies as they are stored: what is read at a time has to fit into memory. */
	private static final long PAGE_BYTES = 4 << 20;

	private final LogConnection connection;

	private final LogNames names;

	private final Sharing sharing;

	private final HeldEvents held;

	private final EventRows rows;

	private final ControlChannel control;

	private final CursorMove move;

	private final CursorRows cursors = new CursorRows();

	private final Acknowledgements acknowledgements;

	/** Bounds the transaction that it is evaluated in, unless it is bounded closer. */
	private final String bound;

	/**
	 * Creates a store.
	 * @param busName the name of the bus, for logs
	 * @param connection where to read and write
	 * @param names how the log's tables are called
	 * @param instance this process as an owner
	 * @param rows makes events of rows
	 * @param control notifies other instances
	 * @param idle how long the transaction of a handler may do nothing, once it has
	 * locked a cursor: a process that was stopped would keep it
	 */
	PostgresGroupStore(String busName, LogConnection connection, LogNames names, Instance instance, EventRows rows,
			ControlChannel control, Duration idle) {
		this.connection = connection;
		this.names = names;
		this.rows = rows;
		this.control = control;
		this.move = new CursorMove(names);
		this.acknowledgements = new Acknowledgements(names, this.cursors);
		String setting = "pg_catalog.current_setting('idle_in_transaction_session_timeout')";
		String limit = "'" + idle.toMillis() + "ms'";
		this.bound = "pg_catalog.set_config('idle_in_transaction_session_timeout', CASE WHEN " + setting
				+ " <> '0' AND " + setting + "::interval < " + limit + "::interval THEN " + setting + " ELSE " + limit
				+ " END, true)";
		this.held = new HeldEvents(names, rows);
		this.sharing = new Sharing(busName, names, instance, this.held, control);
	}

	@Override
	public Share share(String group, Collection<SubscriptionFilter> filters, StartPosition from) throws SQLException {
		return this.connection.inTransaction((open) -> this.sharing.share(open, group, filters, from));
	}

	@Override
	public Set<String> outdated(Collection<String> groups, boolean thorough) throws SQLException {
		return this.connection.call((open) -> this.sharing.outdated(open, groups, thorough));
	}

	/** Gives all up, for all groups. */
	void leave() throws SQLException {
		this.connection.inTransaction(this.sharing::leave);
	}

	@Override
	public void release(String group, Collection<Cursor> cursors) throws SQLException {
		this.connection.call((open) -> {
			try (PreparedStatement statement = open.prepareStatement("UPDATE " + this.names.table("cursor")
					+ " AS c SET owner = NULL FROM unnest(?::integer[], ?::bigint[]) AS r(part, epoch)"
					+ " WHERE c.grp = ? AND c.part = r.part AND c.epoch = r.epoch")) {
				statement.setArray(1, open.createArrayOf("integer", cursors.stream().map(Cursor::partition).toArray()));
				statement.setArray(2, open.createArrayOf("bigint", cursors.stream().map(Cursor::epoch).toArray()));
				statement.setString(3, group);
				return statement.executeUpdate();
			}
		});
		this.connection.call(this.control::announce);
	}

	@Override
	public Page read(int partition, long after, int limit) throws SQLException {
		String size = "coalesce(pg_catalog.pg_column_size(l.payload), 0)::bigint";
		return this.connection.call((open) -> {
			try (PreparedStatement statement = open
				.prepareStatement("SELECT p.expired, e.* FROM " + this.names.table("partition")
						+ " AS p LEFT JOIN LATERAL (SELECT " + EventRows.COLUMNS + ", " + size + " AS size, sum(" + size
						+ ") OVER (ORDER BY l.pos ROWS UNBOUNDED PRECEDING) AS sum FROM " + this.names.table("log")
						+ " AS l WHERE l.part = p.part AND l.pos > ? ORDER BY l.pos LIMIT ?) AS e ON e.sum - e.size < ?"
						+ " WHERE p.part = ? ORDER BY e.pos")) {
				statement.setLong(1, after);
				statement.setInt(2, limit);
				statement.setLong(3, PAGE_BYTES);
				statement.setInt(4, partition);
				return page(statement, limit);
			}
		});
	}

	private Page page(PreparedStatement statement, int limit) throws SQLException {
		List<Event> events = new ArrayList<>();
		long expired = 0;
		long bytes = 0;
		try (ResultSet rows = statement.executeQuery()) {
			while (rows.next()) {
				expired = rows.getLong(1);
				if (rows.getObject(2) != null) {
					events.add(this.rows.event(rows, 2));
					bytes = rows.getLong(11);
				}
			}
		}
		return new Page(events, events.size() == limit || bytes >= PAGE_BYTES, expired);
	}

	@Override
	public Set<Integer> acknowledge(String group, Collection<Progress> progress) throws SQLException {
		return this.connection.call((open) -> this.acknowledgements.move(open, group, progress));
	}

	@Override
	public boolean hold(String group, Cursor cursor, Event event, Failure failure) throws SQLException {
		return this.connection.call((open) -> this.held.hold(open, group, cursor, event, failure));
	}

	@Override
	public Held held(String group, int partition) throws SQLException {
		return this.connection.call((open) -> this.held.of(open, group, partition));
	}

	@Override
	public @Nullable HeldEvent due(String group, int partition) throws SQLException {
		return this.connection.<List<HeldEvent>>call((open) -> this.held.due(open, group, partition))
			.stream()
			.findFirst()
			.orElse(null);
	}

	@Override
	public boolean handled(String group, Cursor cursor, Event event) throws SQLException {
		return this.connection.call((open) -> this.held.handled(open, group, cursor, event, "1"));
	}

	@Override
	public boolean failedAgain(String group, Cursor cursor, Event event, Failure failure) throws SQLException {
		return this.connection.call((open) -> this.held.failedAgain(open, group, cursor, event, failure));
	}

	/** Moves a cursor, or lets go of a held event, in the transaction of a handler. */
	boolean acknowledge(Connection caller, String group, Cursor cursor, Event event, boolean isHeld)
			throws SQLException {
		if (isHeld) {
			return this.held.handled(caller, group, cursor, event, this.bound);
		}
		String row = this.cursors.of(group, cursor.partition());
		return (row != null && move(caller, group, cursor, event, row)) || move(caller, group, cursor, event, null);
	}

	private boolean move(Connection caller, String group, Cursor cursor, Event event, @Nullable String row)
			throws SQLException {
		try (PreparedStatement statement = caller.prepareStatement(
				this.move.sql() + ((row != null) ? CursorMove.AT : "") + " RETURNING ctid, " + this.bound)) {
			CursorMove.bind(statement, group, cursor, event);
			if (row != null) {
				statement.setString(CursorMove.PARAMETERS + 1, row);
			}
			try (ResultSet moved = statement.executeQuery()) {
				if (!moved.next()) {
					return false;
				}
				this.cursors.moved(group, cursor.partition(), moved.getString(1));
				return true;
			}
		}
	}

}
