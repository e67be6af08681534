package dev.pgevents.postgres.internal.listen;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;

import dev.pgevents.postgres.internal.session.Session;

/**
 * What the server says when it is asked, in one round trip, whether it still sends.
 *
 * @param registered the channels on which it knows the session to listen
 * @param queueUsage how full its notification queue is, 0 to 1
 */
record Heartbeat(Set<String> registered, double queueUsage) {

	/**
	 * Asking for the usage also frees the queue, see {@link Session#queueUsage()}. Pgpool
	 * would ask a standby, which knows of no channels.
	 */
	private static final String QUESTION = Session.ON_THE_PRIMARY + "SELECT pg_catalog.pg_notification_queue_usage(),"
			+ " ARRAY(SELECT pg_catalog.pg_listening_channels())";

	static Heartbeat ask(Session session) throws SQLException {
		try (Statement statement = session.connection().createStatement();
				ResultSet rows = statement.executeQuery(QUESTION)) {
			rows.next();
			List<String> channels = List.of((String[]) rows.getArray(2).getArray());
			return new Heartbeat(Set.copyOf(channels), rows.getDouble(1));
		}
	}

}
