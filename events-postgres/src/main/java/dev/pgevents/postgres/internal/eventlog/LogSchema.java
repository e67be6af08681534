package dev.pgevents.postgres.internal.eventlog;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.pgevents.internal.group.Partitions;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log's tables and functions: makes them where they are missing, and says what is not
 * as it should be.
 */
final class LogSchema {

	private static final Logger logger = LoggerFactory.getLogger(LogSchema.class);

	/** The version of the file, which is written to the settings. */
	private static final int VERSION = 1;

	private static final String FILE = "/dev/pgevents/postgres/event-log.sql";

	/** What the processes that start at the same moment wait for: chosen once. */
	private static final long LOCK = 0x7067_6576_656e_7473L;

	private static final String REMEDY = ". See event-log.sql in the library's jar, and docs/durable-events.md";

	private static final Map<String, String> COLUMNS = new TreeMap<>(Map.of("settings",
			"only_row version partitions secret leaves_from leaves_until caught_up", "log",
			"part pos id type app_id occurred_at headers payload recorded_at", "partition", "part expired", "group",
			"name created_at", "interest", "grp type app_id", "member", "grp instance", "cursor",
			"grp part pos owner epoch", "held",
			"grp part pos id type app_id occurred_at headers payload attempts parked error next_attempt held_at"));

	private final String busName;

	private final LogNames names;

	private final Partitions partitions;

	private final boolean initialize;

	private final PositionSequences sequences;

	LogSchema(String busName, LogNames names, Partitions partitions, boolean initialize) {
		this.busName = busName;
		this.names = names;
		this.partitions = partitions;
		this.initialize = initialize;
		this.sequences = new PositionSequences(busName, names);
	}

	/**
	 * Makes what is missing, and checks what is there.
	 * @return the secret of the log's notifications
	 * @throws SQLException if the database does not answer
	 * @throws IllegalStateException if something is missing, different or not granted
	 */
	byte[] ensure(Connection connection) throws SQLException {
		try {
			return made(connection);
		}
		catch (SQLException ex) {
			if (Privileges.isLacking(ex)) {
				throw new IllegalStateException("the event log may not be used: " + Privileges.named(ex).getMessage(),
						ex);
			}
			throw ex;
		}
	}

	private byte[] made(Connection connection) throws SQLException {
		if (!exists(connection)) {
			if (!this.initialize) {
				throw new IllegalStateException(
						"the event log is missing: there is no table " + this.names.table("settings")
								+ ". Put event-log.sql into a migration, or let the library make "
								+ "it (in Spring Boot: events.log.initialize=always)");
			}
			create(connection);
		}
		return check(connection);
	}

	/**
	 * Reads the catalogue itself: {@code to_regclass} answers from a cache that does not
	 * learn of others' tables while one waits for an advisory lock (PostgreSQL 18).
	 */
	private boolean exists(Connection connection) throws SQLException {
		return ask(connection,
				"SELECT EXISTS (SELECT FROM pg_catalog.pg_class AS c JOIN pg_catalog.pg_namespace AS n"
						+ " ON n.oid = c.relnamespace WHERE n.nspname = '" + this.names.schema() + "' AND c.relname = '"
						+ this.names.prefix() + "settings')")
			.equals("t");
	}

	private void create(Connection connection) throws SQLException {
		connection.setAutoCommit(false);
		try (Statement statement = connection.createStatement()) {
			statement.execute("SELECT pg_catalog.pg_advisory_xact_lock(" + LOCK + ")");
			if (!exists(connection)) {
				statement.execute(script());
				logger.info("{}: made the tables of the event log: {}", this.busName, this.names.table("*"));
			}
			connection.commit();
		}
		catch (SQLException ex) {
			connection.rollback();
			throw new SQLException("the tables of the event log could not be made in schema " + this.names.schema()
					+ ": " + ex.getMessage() + remedy(ex), ex.getSQLState(), ex);
		}
		finally {
			connection.setAutoCommit(true);
		}
	}

	private static String remedy(SQLException failure) {
		return Privileges.isLacking(failure)
				? ". Let a service whose role may start first, or put event-log.sql of the library's jar into a "
						+ "migration (in Spring Boot: events.log.initialize=never)"
				: REMEDY;
	}

	private String script() {
		return this.names.applied(text())
			.replace("/*partitions*/ " + Partitions.DEFAULT, String.valueOf(this.partitions.count()));
	}

	static String text() {
		try (InputStream file = LogSchema.class.getResourceAsStream(FILE)) {
			if (file == null) {
				throw new IllegalStateException("the library's jar lacks " + FILE);
			}
			return new String(file.readAllBytes(), StandardCharsets.UTF_8);
		}
		catch (IOException ex) {
			throw new IllegalStateException("cannot read " + FILE, ex);
		}
	}

	private byte[] check(Connection connection) throws SQLException {
		List<String> differences = new ArrayList<>();
		for (Map.Entry<String, String> table : COLUMNS.entrySet()) {
			checkTable(connection, this.names.table(table.getKey()), table.getValue(), differences);
		}
		for (String function : List.of("event_append(text[],text[],boolean[],integer)",
				"event_record(text[],boolean[],integer)", "event_publish(text,text,jsonb,text)",
				"event_append_one(text,text,uuid,text,text,timestamptz,integer)", "event_partition_of(text,integer)",
				"event_wait(integer,integer)", "event_note(bytea,integer,bigint,text)")) {
			String name = this.names.function(function);
			if (ask(connection, "SELECT pg_catalog.to_regprocedure('" + name + "') IS NULL").equals("t")) {
				differences.add("function " + name + " is missing");
			}
		}
		checkLeaves(connection, differences);
		if (!differences.isEmpty()) {
			throw different(differences);
		}
		byte[] secret = settings(connection);
		this.sequences.check(connection);
		return secret;
	}

	private void checkLeaves(Connection connection, List<String> differences) throws SQLException {
		String log = this.names.table("log");
		String kind = ask(connection,
				"SELECT relkind FROM pg_catalog.pg_class WHERE oid = pg_catalog.to_regclass('" + log + "')");
		if (kind.equals("r")) {
			differences.add("table " + log + " is not partitioned by recorded_at");
		}
	}

	private static void checkTable(Connection connection, String table, String columns, List<String> differences)
			throws SQLException {
		String present = ask(connection,
				"SELECT coalesce(pg_catalog.string_agg(attname, ' ' ORDER BY attnum), '')"
						+ " FROM pg_catalog.pg_attribute WHERE attrelid = pg_catalog.to_regclass('" + table
						+ "') AND attnum > 0 AND NOT attisdropped");
		if (present.isEmpty()) {
			differences.add("table " + table + " is missing");
			return;
		}
		List<String> have = List.of(present.split(" ", -1));
		for (String column : columns.split(" ", -1)) {
			if (!have.contains(column)) {
				differences.add("table " + table + " lacks column " + column);
			}
		}
	}

	private byte[] settings(Connection connection) throws SQLException {
		try (Statement statement = connection.createStatement();
				ResultSet rows = statement
					.executeQuery("SELECT version, partitions, secret FROM " + this.names.table("settings"))) {
			if (!rows.next()) {
				throw different(List.of("table " + this.names.table("settings") + " has no row"));
			}
			int version = rows.getInt(1);
			int count = rows.getInt(2);
			if (version != VERSION) {
				throw different(
						List.of("they are of version " + version + ", this library works with version " + VERSION));
			}
			if (count != this.partitions.count()) {
				throw different(List.of("they have " + count + " partitions, configured are " + this.partitions.count()
						+ ": the number is fixed with the tables (in Spring Boot: events.log.partitions=" + count
						+ ")"));
			}
			return rows.getBytes(3);
		}
	}

	private IllegalStateException different(List<String> differences) {
		return new IllegalStateException("the tables of the event log in schema " + this.names.schema()
				+ " are not as expected: " + String.join("; ", differences) + REMEDY);
	}

	private static String ask(Connection connection, String sql) throws SQLException {
		try (Statement statement = connection.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
			return rows.next() ? String.valueOf(rows.getString(1)) : "";
		}
	}

}
