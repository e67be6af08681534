package dev.pgevents.postgres;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

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

}
