package dev.pgevents.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;

import dev.pgevents.postgres.internal.session.Session;
import dev.pgevents.postgres.internal.session.SessionFactory;

/**
 * Asks the server how its queue is, on a session of its own: the bus's two are busy.
 */
final class ServerProbe {

	/**
	 * The lock of the queue's head is one on the whole cluster: object 0 of the class
	 * pg_database (1262) in no database (PostgreSQL's async.c).
	 */
	private static final String QUERY = """
			SELECT current_setting('server_version'), pg_catalog.pg_notification_queue_usage(),
				(SELECT count(*) FROM pg_catalog.pg_locks WHERE locktype = 'object' AND database = 0
					AND classid = 1262 AND NOT granted)""";

	/**
	 * Whether a session listens is known to that session alone: its name and its last
	 * statement say so.
	 */
	private static final String SESSIONS = """
			SELECT * FROM (
				SELECT pid, coalesce(application_name, ''), usename, host(client_addr), backend_start,
					application_name ~ '^pgevents .* listener' OR query ~* '^\\s*listen\\y' AS listening
				FROM pg_catalog.pg_stat_activity
				WHERE datname = current_database() AND pid <> pg_catalog.pg_backend_pid()
					AND (application_name LIKE 'pgevents %' OR query ~* '^\\s*listen\\y')) AS session
			ORDER BY 2, 1""";

	private ServerProbe() {
	}

	static ServerStatus ask(SessionFactory sessions) throws SQLException {
		try (Session session = sessions.open();
				Statement statement = session.connection().createStatement();
				ResultSet rows = statement.executeQuery(QUERY)) {
			rows.next();
			return new ServerStatus(rows.getString(1), rows.getDouble(2), rows.getLong(3));
		}
	}

	static List<ServerSession> sessions(SessionFactory sessions) throws SQLException {
		try (Session session = sessions.open();
				Statement statement = session.connection().createStatement();
				ResultSet rows = statement.executeQuery(SESSIONS)) {
			List<ServerSession> found = new ArrayList<>();
			while (rows.next()) {
				OffsetDateTime since = rows.getObject(5, OffsetDateTime.class);
				found.add(new ServerSession(rows.getInt(1), rows.getString(2), rows.getString(3), rows.getString(4),
						(since != null) ? since.toInstant() : null, rows.getBoolean(6)));
			}
			return found;
		}
	}

}
