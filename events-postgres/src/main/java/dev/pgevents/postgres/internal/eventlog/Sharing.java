package dev.pgevents.postgres.internal.eventlog;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Timestamp;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import dev.pgevents.StartPosition;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.internal.group.Cursor;
import dev.pgevents.internal.group.Held;
import dev.pgevents.internal.group.Interest;
import dev.pgevents.internal.group.Share;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings together which instances run a group with who owns its partitions. Instances
 * whose advisory lock is gone are dead. The living ones, in the order of their numbers,
 * take the partitions in turn, as soon as these are free; none is taken away.
 */
final class Sharing {

	private static final Logger logger = LoggerFactory.getLogger(Sharing.class);

	private final String busName;

	private final LogNames names;

	private final Instance instance;

	private final HeldEvents held;

	private final ControlChannel control;

	Sharing(String busName, LogNames names, Instance instance, HeldEvents held, ControlChannel control) {
		this.busName = busName;
		this.names = names;
		this.instance = instance;
		this.held = held;
		this.control = control;
	}

	/** In a transaction. */
	Share share(Connection connection, String group, Collection<SubscriptionFilter> filters, StartPosition from)
			throws SQLException {
		int me = this.instance.current();
		Integer[] alive = alive(connection);
		if (!List.of(alive).contains(me)) {
			return new Share("its listening connection is lost, on which its partitions hang", null, List.of());
		}
		if (update(connection, "INSERT INTO " + this.names.table("group") + " (name) VALUES (?) ON CONFLICT DO NOTHING",
				group) == 1) {
			start(connection, group, from);
			logger.info("{}: group {} is new, and begins at {}{}", this.busName, group, from,
					from.isLatest() ? ": what was published before is not handled" : "");
		}
		// One at a time: else two could each see the other's partitions as taken.
		update(connection, "UPDATE " + this.names.table("group") + " SET name = name WHERE name = ?", group);
		String problem = filters.isEmpty() ? null : join(connection, group, filters, me);
		boolean changed = members(connection, group, me, problem == null && !filters.isEmpty(), alive);
		List<Integer> members = numbers(connection,
				"SELECT instance FROM " + this.names.table("member") + " WHERE grp = ? ORDER BY instance", group);
		int turn = members.indexOf(me);
		String waiting = null;
		if (turn >= 0) {
			take(connection, group, me, members.size(), turn, alive);
			waiting = locked(connection, group, members.size(), turn, alive);
		}
		if (changed) {
			this.control.announce(connection);
		}
		return new Share(problem, waiting, owned(connection, group, me, members.size(), turn));
	}

	private void start(Connection connection, String group, StartPosition from) throws SQLException {
		Instant instant = from.instant();
		String last = "coalesce((SELECT max(l.pos) FROM " + this.names.table("log")
				+ " AS l WHERE l.part = p.part), p.expired)";
		String start = from.isEarliest() ? "p.expired" : last;
		if (instant != null) {
			start = "coalesce((SELECT min(l.pos) - 1 FROM " + this.names.table("log")
					+ " AS l WHERE l.part = p.part AND l.recorded_at >= ?), " + last + ")";
		}
		try (PreparedStatement statement = connection
			.prepareStatement("INSERT INTO " + this.names.table("cursor") + " (grp, part, pos) SELECT ?, p.part, "
					+ start + " FROM " + this.names.table("partition") + " AS p")) {
			statement.setString(1, group);
			if (instant != null) {
				statement.setTimestamp(2, Timestamp.from(instant));
			}
			statement.executeUpdate();
		}
	}

	private @Nullable String join(Connection connection, String group, Collection<SubscriptionFilter> filters, int me)
			throws SQLException {
		List<Interest> mine = Interest.of(filters);
		List<Interest> all = interests(connection, group);
		List<Interest> added = mine.stream().filter((one) -> !all.contains(one)).distinct().toList();
		boolean more = added.stream().anyMatch((one) -> all.stream().noneMatch((other) -> other.covers(one)));
		for (Interest one : added) {
			update(connection, "INSERT INTO " + this.names.table("interest") + " (grp, type, app_id) VALUES (?, ?, ?)",
					group, one.type(), one.app());
		}
		if (more && !all.isEmpty()) {
			// Who does not know of these would pass them over: what he does counts no
			// more.
			update(connection, "UPDATE " + this.names.table("cursor")
					+ " SET owner = NULL, epoch = epoch + 1 WHERE grp = ? AND owner <> ?", group, me);
			this.control.announce(connection);
		}
		List<Interest> union = new ArrayList<>(all);
		union.addAll(added);
		return Interest.missing(union, mine);
	}

	List<Interest> interests(Connection connection, String group) throws SQLException {
		List<Interest> interests = new ArrayList<>();
		try (PreparedStatement statement = connection
			.prepareStatement("SELECT type, app_id FROM " + this.names.table("interest") + " WHERE grp = ?")) {
			statement.setString(1, group);
			try (ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					interests.add(new Interest(rows.getString(1), rows.getString(2)));
				}
			}
		}
		return interests;
	}

	/** The instances whose sessions live. */
	private String instances() {
		return "SELECT objid::bigint FROM pg_catalog.pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 2"
				+ " AND objid::bigint >= " + Instance.FIRST + " AND classid = '" + this.names.table("log")
				+ "'::pg_catalog.regclass AND database = (SELECT oid FROM pg_catalog.pg_database"
				+ " WHERE datname = pg_catalog.current_database())";
	}

	private Integer[] alive(Connection connection) throws SQLException {
		List<Integer> alive = new ArrayList<>();
		try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(instances())) {
			while (rows.next()) {
				alive.add((int) rows.getLong(1));
			}
		}
		alive.removeAll(List.of(this.instance.past()));
		return alive.toArray(Integer[]::new);
	}

	/** Enters or leaves, and buries the dead; whether anything has changed. */
	private boolean members(Connection connection, String group, int me, boolean takesPart, Integer[] alive)
			throws SQLException {
		String table = this.names.table("member");
		int changes = 0;
		try (PreparedStatement statement = connection
			.prepareStatement("DELETE FROM " + table + " WHERE grp = ? AND NOT (instance = ANY (?))")) {
			statement.setString(1, group);
			statement.setArray(2, integers(connection, alive));
			changes += statement.executeUpdate();
		}
		changes += takesPart
				? update(connection, "INSERT INTO " + table + " (grp, instance) VALUES (?, ?) ON CONFLICT DO NOTHING",
						group, me)
				: update(connection, "DELETE FROM " + table + " WHERE grp = ? AND instance = ?", group, me);
		return changes > 0;
	}

	/** Who keeps a partition from us that its owner has lost; null if none does. */
	private @Nullable String locked(Connection connection, String group, int members, int turn, Integer[] alive)
			throws SQLException {
		try (PreparedStatement statement = connection
			.prepareStatement("SELECT 'partition ' || c.part || ' is locked by '"
					+ " || coalesce('process ' || k.pid || ' (' || coalesce(nullif(a.application_name, ''),"
					+ " 'no application name') || ', in a transaction since ' || a.xact_start || ')', 'a transaction') FROM "
					+ this.names.table("cursor")
					+ " AS c LEFT JOIN pg_catalog.pg_locks AS k ON k.locktype = 'transactionid'"
					+ " AND k.granted AND k.transactionid = c.xmax LEFT JOIN pg_catalog.pg_stat_activity AS a"
					+ " ON a.pid = k.pid WHERE c.grp = ? AND c.part % ? = ? AND NOT c.owner = ANY (?) ORDER BY c.part LIMIT 1")) {
			statement.setString(1, group);
			statement.setInt(2, members);
			statement.setInt(3, turn);
			statement.setArray(4, integers(connection, alive));
			try (ResultSet rows = statement.executeQuery()) {
				return rows.next() ? rows.getString(1) : null;
			}
		}
	}

	/** Gives all up, but for what a transaction has locked, and notifies the others. */
	boolean leave(Connection connection) throws SQLException {
		int me = this.instance.current();
		String cursors = this.names.table("cursor");
		update(connection,
				"UPDATE " + cursors + " AS c SET owner = NULL FROM (SELECT grp, part FROM " + cursors
						+ " WHERE owner = ? FOR UPDATE SKIP LOCKED) AS own WHERE c.grp = own.grp AND c.part = own.part",
				me);
		update(connection, "DELETE FROM " + this.names.table("member") + " WHERE instance = ?", me);
		return this.control.announce(connection);
	}

	/**
	 * Which groups have partitions without an owner, or with more to read than is known.
	 */
	Set<String> outdated(Connection connection, Collection<String> groups, boolean thorough) throws SQLException {
		int me = this.instance.current();
		if (me == 0) {
			return Set.of();
		}
		Set<String> outdated = new HashSet<>();
		try (PreparedStatement statement = connection
			.prepareStatement("SELECT DISTINCT c.grp FROM " + this.names.table("cursor")
					+ " AS c WHERE c.grp = ANY (?) AND (c.owner IS NULL OR c.owner = ANY (?)" + " OR c.owner NOT IN ("
					+ instances() + ")" + (thorough ? " OR (c.owner = ? AND c.pos < (SELECT max(l.pos)" + " FROM "
							+ this.names.table("log") + " AS l WHERE l.part = c.part))" : "")
					+ ")")) {
			statement.setArray(1, connection.createArrayOf("text", groups.toArray()));
			statement.setArray(2, integers(connection, this.instance.past()));
			if (thorough) {
				statement.setInt(3, me);
			}
			try (ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					outdated.add(rows.getString(1));
				}
			}
		}
		return outdated;
	}

	/** A row that a transaction has locked is left for the next time. */
	private void take(Connection connection, String group, int me, int members, int turn, Integer[] alive)
			throws SQLException {
		String table = this.names.table("cursor");
		try (PreparedStatement statement = connection.prepareStatement("UPDATE " + table
				+ " AS c SET owner = ?, epoch = c.epoch + 1 FROM (SELECT grp, part FROM " + table
				+ " WHERE grp = ? AND part % ? = ? AND owner IS DISTINCT FROM ? AND (owner IS NULL OR NOT owner = ANY (?))"
				+ " FOR UPDATE SKIP LOCKED) AS free WHERE c.grp = free.grp AND c.part = free.part")) {
			statement.setInt(1, me);
			statement.setString(2, group);
			statement.setInt(3, members);
			statement.setInt(4, turn);
			statement.setInt(5, me);
			statement.setArray(6, integers(connection, alive));
			statement.executeUpdate();
		}
	}

	private List<Share.Owned> owned(Connection connection, String group, int me, int members, int turn)
			throws SQLException {
		List<Share.Owned> owned = new ArrayList<>();
		List<Integer> holding = numbers(connection,
				"SELECT DISTINCT part FROM " + this.names.table("held") + " WHERE grp = ?", group);
		try (PreparedStatement statement = connection
			.prepareStatement("SELECT c.part, c.pos, c.epoch, coalesce((SELECT max(l.pos) FROM "
					+ this.names.table("log") + " AS l WHERE l.part = c.part), 0) FROM " + this.names.table("cursor")
					+ " AS c WHERE c.grp = ? AND c.owner = ? ORDER BY c.part")) {
			statement.setString(1, group);
			statement.setInt(2, me);
			try (ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					int part = rows.getInt(1);
					owned.add(new Share.Owned(new Cursor(part, rows.getLong(2), rows.getLong(3)), rows.getLong(4),
							turn < 0 || part % members != turn,
							holding.contains(part) ? this.held.of(connection, group, part) : Held.NONE));
				}
			}
		}
		return owned;
	}

	private static Array integers(Connection connection, Integer[] numbers) throws SQLException {
		return connection.createArrayOf("integer", numbers);
	}

	private static List<Integer> numbers(Connection connection, String sql, String group) throws SQLException {
		List<Integer> numbers = new ArrayList<>();
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			statement.setString(1, group);
			try (ResultSet rows = statement.executeQuery()) {
				while (rows.next()) {
					numbers.add(rows.getInt(1));
				}
			}
		}
		return numbers;
	}

	private static int update(Connection connection, String sql, @Nullable Object... parameters) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement(sql)) {
			for (int i = 0; i < parameters.length; i++) {
				statement.setObject(i + 1, parameters[i]);
			}
			return statement.executeUpdate();
		}
	}

}
