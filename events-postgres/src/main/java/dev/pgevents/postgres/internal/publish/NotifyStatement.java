package dev.pgevents.postgres.internal.publish;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Function;

import org.postgresql.PGStatement;

/**
 * Sends any number of notifications, all or none, in their order: in one statement, or in
 * one transaction where they are too many for {@linkplain Batches a statement}. A single
 * one, the usual case of an idle bus, spares the arrays and the server's plan for them.
 * For many, {@code count} keeps the answer at one row, and {@code unnest}, which takes
 * several arrays only without its schema, keeps their order. For one thread at a time.
 */
public final class NotifyStatement {

	private static final String ONE = "pg_catalog.pg_notify(?, ?)";

	private static final String MANY = "count(pg_catalog.pg_notify(c, p)) FROM unnest(?::text[], ?::text[]) AS n(c, p)";

	private final Connection connection;

	private final PreparedStatement one;

	private final PreparedStatement many;

	/**
	 * Prepares statements that end with the connection.
	 * @param connection where to send, in whatever transaction it is in
	 * @throws SQLException if the connection is broken
	 */
	NotifyStatement(Connection connection) throws SQLException {
		this(connection, "SELECT ");
	}

	private NotifyStatement(Connection connection, String select) throws SQLException {
		this.connection = connection;
		this.one = connection.prepareStatement(select + ONE);
		this.many = connection.prepareStatement(select + MANY);
	}

	/**
	 * Prepares statements for a connection that may lead to another session of the
	 * server's each time: none stays prepared there, and none leaves a setting behind.
	 * @param connection where to send, outside of transactions
	 * @param lockTimeout how long each may wait for a lock
	 * @throws SQLException if the connection is broken
	 */
	static NotifyStatement throughPooler(Connection connection, Duration lockTimeout) throws SQLException {
		NotifyStatement statement = new NotifyStatement(connection,
				"SELECT pg_catalog.set_config('lock_timeout', '" + lockTimeout.toMillis() + "', true), ");
		statement.one.unwrap(PGStatement.class).setPrepareThreshold(0);
		statement.many.unwrap(PGStatement.class).setPrepareThreshold(0);
		return statement;
	}

	/**
	 * Sends notifications on a connection, in whatever transaction it is in.
	 * @param connection the connection
	 * @param notifications what to send; at least one
	 * @throws SQLException if the server refuses one; in autocommit none is sent then
	 */
	public static void send(Connection connection, List<Notification> notifications) throws SQLException {
		boolean single = notifications.size() == 1;
		try (PreparedStatement statement = connection.prepareStatement("SELECT " + (single ? ONE : MANY))) {
			if (single) {
				sendOne(statement, notifications.get(0));
			}
			else {
				sendMany(connection, statement, notifications);
			}
		}
	}

	/**
	 * Sends notifications.
	 * @param notifications what to send; at least one
	 * @throws SQLException if the server refuses one; none is sent then
	 */
	void send(List<Notification> notifications) throws SQLException {
		if (notifications.size() == 1) {
			sendOne(this.one, notifications.get(0));
		}
		else {
			sendMany(this.connection, this.many, notifications);
		}
	}

	private static void sendOne(PreparedStatement statement, Notification notification) throws SQLException {
		statement.setString(1, notification.channel());
		statement.setString(2, notification.payload());
		statement.execute();
	}

	private static void sendMany(Connection connection, PreparedStatement statement, List<Notification> notifications)
			throws SQLException {
		List<List<Notification>> parts = Batches.statements(notifications);
		if (parts.size() == 1 || !connection.getAutoCommit()) {
			executeAll(connection, statement, parts);
			return;
		}
		connection.setAutoCommit(false);
		try {
			executeAll(connection, statement, parts);
			connection.commit();
		}
		catch (SQLException | RuntimeException | Error ex) {
			takeBack(connection, ex);
			throw ex;
		}
		connection.setAutoCommit(true);
	}

	private static void takeBack(Connection connection, Throwable failure) {
		try {
			connection.rollback();
			connection.setAutoCommit(true);
		}
		catch (SQLException ex) {
			failure.addSuppressed(ex);
		}
	}

	private static void executeAll(Connection connection, PreparedStatement statement, List<List<Notification>> parts)
			throws SQLException {
		for (List<Notification> part : parts) {
			statement.setArray(1, texts(connection, part, Notification::channel));
			statement.setArray(2, texts(connection, part, Notification::payload));
			statement.execute();
		}
	}

	private static Array texts(Connection connection, List<Notification> notifications,
			Function<Notification, String> part) throws SQLException {
		return connection.createArrayOf("text", notifications.stream().map(part).toArray(String[]::new));
	}

}
