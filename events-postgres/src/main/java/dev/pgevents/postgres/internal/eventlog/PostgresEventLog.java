package dev.pgevents.postgres.internal.eventlog;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Timestamp;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

import dev.pgevents.Event;
import dev.pgevents.EventLog;
import dev.pgevents.EventLogException;
import dev.pgevents.GroupStatus;
import dev.pgevents.HeldEvent;
import dev.pgevents.ParkedEvent;
import dev.pgevents.Position;
import dev.pgevents.StartPosition;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.internal.group.Interest;
import org.jspecify.annotations.Nullable;

/**
 * The log as operators and applications see it. Thread-safe.
 */
final class PostgresEventLog implements EventLog {

	private static final String TYPES = " AND (cardinality(?) = 0 OR EXISTS (SELECT FROM unnest(?) AS t(pattern)"
			+ " WHERE l.type = t.pattern OR (t.pattern LIKE '%.*'" + " AND starts_with(l.type, left(t.pattern, -1)))))";

	private static final String APPS = " AND (cardinality(?) = 0 OR l.app_id = ANY (?))";

	private final LogConnection connection;

	private final LogNames names;

	private final EventRows rows;

	private final ControlChannel control;

	PostgresEventLog(LogConnection connection, LogNames names, EventRows rows, ControlChannel control) {
		this.connection = connection;
		this.names = names;
		this.rows = rows;
		this.control = control;
	}

	@Override
	public List<Event> read(SubscriptionFilter filter, StartPosition from, int limit) {
		checkLimit(limit);
		if (from.isLatest()) {
			return List.of();
		}
		Instant instant = (from.instant() != null) ? from.instant() : Instant.EPOCH;
		return call((open) -> {
			try (PreparedStatement statement = open.prepareStatement("SELECT " + EventRows.COLUMNS + " FROM "
					+ this.names.table("log") + " AS l WHERE l.recorded_at >= ?" + TYPES + APPS
					+ " ORDER BY l.recorded_at, l.part, l.pos LIMIT ?")) {
				statement.setTimestamp(1, Timestamp.from(instant));
				return events(open, statement, 2, filter, limit);
			}
		});
	}

	@Override
	public List<Event> read(SubscriptionFilter filter, Position from, int limit) {
		checkLimit(limit);
		return call((open) -> {
			checkPartition(open, from);
			try (PreparedStatement statement = open
				.prepareStatement("SELECT " + EventRows.COLUMNS + " FROM " + this.names.table("log")
						+ " AS l WHERE l.part = ? AND l.pos >= ?" + TYPES + APPS + " ORDER BY l.pos LIMIT ?")) {
				statement.setInt(1, from.partition());
				statement.setLong(2, from.number());
				return events(open, statement, 3, filter, limit);
			}
		});
	}

	private List<Event> events(Connection open, PreparedStatement statement, int first, SubscriptionFilter filter,
			int limit) throws SQLException {
		Array types = open.createArrayOf("text", filter.types().toArray());
		Array apps = open.createArrayOf("text", filter.appIds().toArray());
		statement.setArray(first, types);
		statement.setArray(first + 1, types);
		statement.setArray(first + 2, apps);
		statement.setArray(first + 3, apps);
		statement.setInt(first + 4, limit);
		List<Event> events = new ArrayList<>();
		try (ResultSet found = statement.executeQuery()) {
			while (found.next()) {
				events.add(this.rows.event(found, 1));
			}
		}
		return events;
	}

	private static void checkLimit(int limit) {
		if (limit < 1 || limit > MAX_READ) {
			throw new IllegalArgumentException("limit is " + limit + ", 1 to " + MAX_READ + " are possible");
		}
	}

	/** Returns the partition's newest position. */
	private long checkPartition(Connection open, Position position) throws SQLException {
		try (PreparedStatement statement = open.prepareStatement(
				"SELECT coalesce((SELECT max(l.pos) FROM " + this.names.table("log") + " AS l WHERE l.part = p.part),"
						+ " p.expired) FROM " + this.names.table("partition") + " AS p WHERE p.part = ?")) {
			statement.setInt(1, position.partition());
			try (ResultSet found = statement.executeQuery()) {
				if (!found.next()) {
					throw new IllegalArgumentException("there is no partition " + position.partition()
							+ ", see the column part of " + this.names.table("partition"));
				}
				return found.getLong(1);
			}
		}
	}

	@Override
	public void rewind(String group, Position next) {
		change(group, (open) -> {
			long head = checkPartition(open, next);
			if (next.number() > head + 1) {
				throw new IllegalArgumentException("position " + next + " is in the future: partition "
						+ next.partition() + " has come to " + head);
			}
			try (PreparedStatement statement = open.prepareStatement("UPDATE " + this.names.table("cursor")
					+ " SET pos = ?, epoch = epoch + 1 WHERE grp = ? AND part = ?")) {
				statement.setLong(1, next.number() - 1);
				statement.setString(2, group);
				statement.setInt(3, next.partition());
				return statement.executeUpdate();
			}
		});
	}

	@Override
	public void rewind(String group, Instant instant) {
		change(group, (open) -> {
			checkTime(open, instant);
			try (PreparedStatement statement = open.prepareStatement("UPDATE " + this.names.table("cursor")
					+ " AS c SET epoch = epoch + 1, pos = least(c.pos, (SELECT min(l.pos) - 1 FROM "
					+ this.names.table("log") + " AS l WHERE l.part = c.part AND l.recorded_at >= ?))"
					+ " WHERE c.grp = ?")) {
				statement.setTimestamp(1, Timestamp.from(instant));
				statement.setString(2, group);
				return statement.executeUpdate();
			}
		});
	}

	/** The clock of this process may be wrong. */
	private static void checkTime(Connection open, Instant instant) throws SQLException {
		try (PreparedStatement statement = open.prepareStatement("SELECT pg_catalog.clock_timestamp()");
				ResultSet found = statement.executeQuery()) {
			found.next();
			Instant now = instant(found, 1);
			if (instant.isAfter(now)) {
				throw new IllegalArgumentException(
						instant + " is in the future: it is " + now + " now by the clock of the server");
			}
		}
	}

	@Override
	public long lag(String group) {
		return groups().stream()
			.filter((one) -> one.name().equals(group))
			.findFirst()
			.orElseThrow(() -> unknown(group))
			.lag();
	}

	@Override
	public List<HeldEvent> held(String group) {
		return held(group, "NOT parked", (row) -> {
			String error = row.getString(2);
			return new HeldEvent(this.rows.event(row, 5), row.getInt(1), error, instant(row, 3),
					error.isEmpty() ? null : instant(row, 4));
		});
	}

	@Override
	public List<ParkedEvent> parked(String group) {
		return held(group, "parked",
				(row) -> new ParkedEvent(this.rows.event(row, 5), row.getInt(1), row.getString(2), instant(row, 3)));
	}

	private static Instant instant(ResultSet row, int column) throws SQLException {
		return row.getObject(column, OffsetDateTime.class).toInstant();
	}

	private <T> List<T> held(String group, String condition, Made<T> made) {
		return call((open) -> {
			checkGroup(open, group);
			List<T> held = new ArrayList<>();
			try (PreparedStatement statement = open
				.prepareStatement("SELECT attempts, error, held_at, coalesce(next_attempt, held_at), "
						+ EventRows.COLUMNS + " FROM " + this.names.table("held") + " WHERE grp = ? AND " + condition
						+ " ORDER BY part, pos LIMIT " + MAX_READ)) {
				statement.setString(1, group);
				try (ResultSet found = statement.executeQuery()) {
					while (found.next()) {
						held.add(made.of(found));
					}
				}
			}
			return held;
		});
	}

	@Override
	public int redrive(String group) {
		return redriven(group, null);
	}

	@Override
	public boolean redrive(String group, UUID eventId) {
		return redriven(group, eventId) > 0;
	}

	private int redriven(String group, @Nullable UUID eventId) {
		return parked(group, "UPDATE " + this.names.table("held")
				+ " SET parked = false, attempts = 0, next_attempt = pg_catalog.clock_timestamp()", eventId);
	}

	@Override
	public boolean skip(String group, UUID eventId) {
		return parked(group, "DELETE FROM " + this.names.table("held"), eventId) > 0;
	}

	private int parked(String group, String change, @Nullable UUID eventId) {
		return change(group, (open) -> {
			try (PreparedStatement statement = open
				.prepareStatement(change + " WHERE grp = ? AND parked" + ((eventId != null) ? " AND id = ?" : ""))) {
				statement.setString(1, group);
				if (eventId != null) {
					statement.setObject(2, eventId);
				}
				return statement.executeUpdate();
			}
		});
	}

	@Override
	public void narrow(String group, SubscriptionFilter... filters) {
		List<Interest> interests = Interest.narrowed(group, filters);
		change(group, (open) -> {
			try (PreparedStatement delete = open
				.prepareStatement("DELETE FROM " + this.names.table("interest") + " WHERE grp = ?");
					PreparedStatement insert = open.prepareStatement(
							"INSERT INTO " + this.names.table("interest") + " (grp, type, app_id) VALUES (?, ?, ?)")) {
				delete.setString(1, group);
				int deleted = delete.executeUpdate();
				for (Interest interest : interests) {
					insert.setString(1, group);
					insert.setString(2, interest.type());
					insert.setString(3, interest.app());
					insert.executeUpdate();
				}
				return deleted;
			}
		});
	}

	@Override
	public List<GroupStatus> groups() {
		return call((open) -> {
			Map<String, List<GroupStatus.Partition>> partitions = new TreeMap<>();
			Map<String, List<Interest>> interests = new TreeMap<>();
			Map<String, long[]> held = new TreeMap<>();
			each(open, "SELECT c.grp, c.part, c.owner, c.pos, greatest(0, coalesce(h.pos, 0) - c.pos),"
					+ " a.application_name, a.pid FROM " + this.names.table("cursor")
					+ " AS c LEFT JOIN (SELECT p.part, (SELECT max(l.pos) FROM " + this.names.table("log")
					+ " AS l WHERE l.part = p.part) AS pos FROM " + this.names.table("partition")
					+ " AS p) AS h ON h.part = c.part LEFT JOIN pg_catalog.pg_locks AS k ON k.locktype = 'advisory'"
					+ " AND k.objsubid = 2 AND k.granted AND k.classid = '" + this.names.table("log")
					+ "'::pg_catalog.regclass AND k.objid::bigint = c.owner AND k.database = (SELECT oid FROM"
					+ " pg_catalog.pg_database WHERE datname = pg_catalog.current_database()) LEFT JOIN pg_catalog.pg_stat_activity AS a"
					+ " ON a.pid = k.pid ORDER BY c.grp, c.part",
					(row) -> partitions.computeIfAbsent(row.getString(1), (key) -> new ArrayList<>())
						.add(new GroupStatus.Partition(row.getInt(2), owner(row), row.getLong(4), row.getLong(5))));
			each(open, "SELECT grp, type, app_id FROM " + this.names.table("interest"),
					(row) -> interests.computeIfAbsent(row.getString(1), (key) -> new ArrayList<>())
						.add(new Interest(row.getString(2), row.getString(3))));
			each(open,
					"SELECT grp, count(*) FILTER (WHERE NOT parked), count(*) FILTER (WHERE parked) FROM "
							+ this.names.table("held") + " GROUP BY grp",
					(row) -> held.put(row.getString(1), new long[] { row.getLong(2), row.getLong(3) }));
			List<GroupStatus> groups = new ArrayList<>();
			partitions.forEach((name, parts) -> {
				long[] counts = held.getOrDefault(name, new long[2]);
				groups.add(new GroupStatus(name, types(interests.getOrDefault(name, List.of())),
						parts.stream().mapToLong(GroupStatus.Partition::lag).sum(), counts[0], counts[1], parts));
			});
			return groups;
		});
	}

	private static Set<String> types(List<Interest> interests) {
		return Interest.types(interests);
	}

	private static @Nullable String owner(ResultSet row) throws SQLException {
		if (row.getObject(3) == null) {
			return null;
		}
		String application = row.getString(6);
		return (row.getObject(7) != null) ? ((application != null) ? application : "a session of another role")
				+ " (process " + row.getInt(7) + ")" : "an instance that is gone";
	}

	private static void each(Connection open, String sql, Row action) throws SQLException {
		try (PreparedStatement statement = open.prepareStatement(sql); ResultSet rows = statement.executeQuery()) {
			while (rows.next()) {
				action.take(rows);
			}
		}
	}

	private <T> T change(String group, LogConnection.Work<T> work) {
		try {
			return this.connection.inTransaction((open) -> {
				checkGroup(open, group);
				T result = work.call(open);
				this.control.announce(open);
				return result;
			});
		}
		catch (SQLException ex) {
			throw failed(ex);
		}
	}

	private void checkGroup(Connection open, String group) throws SQLException {
		try (PreparedStatement statement = open
			.prepareStatement("SELECT FROM " + this.names.table("group") + " WHERE name = ?")) {
			statement.setString(1, group);
			try (ResultSet found = statement.executeQuery()) {
				if (!found.next()) {
					throw unknown(group);
				}
			}
		}
	}

	private static IllegalArgumentException unknown(String group) {
		return new IllegalArgumentException(
				"there is no group " + group + ": a group is made by the first handler that names it");
	}

	private <T> T call(LogConnection.Work<T> work) {
		try {
			return this.connection.call(work);
		}
		catch (SQLException ex) {
			throw failed(ex);
		}
	}

	private static EventLogException failed(SQLException cause) {
		return new EventLogException("the event log did not answer: " + cause.getMessage(), cause);
	}

	/** Makes something of a row. */
	@FunctionalInterface
	private interface Made<T> {

		T of(ResultSet row) throws SQLException;

	}

	/** Takes what a row says. */
	@FunctionalInterface
	private interface Row {

		void take(ResultSet row) throws SQLException;

	}

}
