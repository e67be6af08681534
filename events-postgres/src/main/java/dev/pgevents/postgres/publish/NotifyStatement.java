package dev.pgevents.postgres.publish;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;

/**
 * Sends any number of notifications in one statement, in their order. {@code count} keeps
 * the answer at one row, and {@code unnest}, which takes several arrays only without its
 * schema, keeps their order.
 */
public final class NotifyStatement {

	private static final String SQL = "SELECT count(pg_catalog.pg_notify(c, p))"
			+ " FROM unnest(?::text[], ?::text[]) AS n(c, p)";

	private NotifyStatement() {
	}

	/**
	 * Prepares the statement.
	 * @param connection where to send
	 * @return the statement, to be closed by the caller
	 * @throws SQLException if the connection is broken
	 */
	public static PreparedStatement prepare(Connection connection) throws SQLException {
		return connection.prepareStatement(SQL);
	}

	/**
	 * Sends notifications with a statement from {@link #prepare}.
	 * @param statement the statement
	 * @param notifications what to send; at least one
	 * @throws SQLException if the server refuses one; none is sent then
	 */
	public static void execute(PreparedStatement statement, List<Notification> notifications) throws SQLException {
		int count = notifications.size();
		String[] channels = new String[count];
		String[] payloads = new String[count];
		for (int i = 0; i < count; i++) {
			Notification notification = notifications.get(i);
			channels[i] = notification.channel();
			payloads[i] = notification.payload();
		}
		Connection connection = statement.getConnection();
		Array channelArray = connection.createArrayOf("text", channels);
		Array payloadArray = connection.createArrayOf("text", payloads);
		statement.setArray(1, channelArray);
		statement.setArray(2, payloadArray);
		statement.execute();
	}

	/**
	 * Sends notifications on a connection, in whatever transaction it is in.
	 * @param connection the connection
	 * @param notifications what to send; at least one
	 * @throws SQLException if the server refuses one
	 */
	public static void send(Connection connection, List<Notification> notifications) throws SQLException {
		try (PreparedStatement statement = prepare(connection)) {
			execute(statement, notifications);
		}
	}

}
