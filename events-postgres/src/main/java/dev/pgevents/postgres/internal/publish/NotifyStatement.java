package dev.pgevents.postgres.internal.publish;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

import org.jspecify.annotations.Nullable;
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

	/** Null without an event log. */
	private final @Nullable PreparedStatement append;

	/** Records a single one; null without an event log. */
	private final @Nullable PreparedStatement appendOne;

	/**
	 * Prepares statements that end with the connection.
	 * @param connection where to send, in whatever transaction it is in
	 * @param append records what is to be recorded; null without an event log
	 * @throws SQLException if the connection is broken
	 */
	NotifyStatement(Connection connection, @Nullable LogAppend append) throws SQLException {
		this(connection, "SELECT ", append);
	}

	private NotifyStatement(Connection connection, String select, @Nullable LogAppend append) throws SQLException {
		this.connection = connection;
		this.one = connection.prepareStatement(select + ONE);
		this.many = connection.prepareStatement(select + MANY);
		this.append = (append != null) ? connection.prepareStatement(select + append.call()) : null;
		this.appendOne = (append != null) ? connection.prepareStatement(select + append.singleCall()) : null;
	}

	/**
	 * Prepares statements for a connection that may lead to another session of the
	 * server's each time: none stays prepared there, and none leaves a setting behind.
	 * @param connection where to send, outside of transactions
	 * @param lockTimeout how long each may wait for a lock
	 * @param append records what is to be recorded; null without an event log
	 * @throws SQLException if the connection is broken
	 */
	static NotifyStatement throughPooler(Connection connection, Duration lockTimeout, @Nullable LogAppend append)
			throws SQLException {
		NotifyStatement statement = new NotifyStatement(connection,
				"SELECT pg_catalog.set_config('lock_timeout', '" + lockTimeout.toMillis() + "', true), ", append);
		if (statement.append != null && statement.appendOne != null) {
			statement.append.unwrap(PGStatement.class).setPrepareThreshold(0);
			statement.appendOne.unwrap(PGStatement.class).setPrepareThreshold(0);
		}
		statement.one.unwrap(PGStatement.class).setPrepareThreshold(0);
		statement.many.unwrap(PGStatement.class).setPrepareThreshold(0);
		return statement;
	}

	/**
	 * Sends notifications on a connection, in whatever transaction it is in.
	 * @param connection the connection
	 * @param notifications what to send; at least one
	 * @param append records what is to be recorded; null without an event log
	 * @throws SQLException if the server refuses one; in autocommit none is sent then
	 */
	public static void send(Connection connection, List<Notification> notifications, @Nullable LogAppend append)
			throws SQLException {
		if (append != null && isRecorded(notifications)) {
			append(connection, notifications, append);
			return;
		}
		boolean single = notifications.size() == 1;
		try (PreparedStatement statement = connection.prepareStatement("SELECT " + (single ? ONE : MANY))) {
			if (single) {
				sendOne(statement, notifications.get(0));
			}
			else {
				sendMany(connection, statement, notifications, false);
			}
		}
	}

	private static void append(Connection connection, List<Notification> notifications, LogAppend append)
			throws SQLException {
		Notification single = LogAppend.single(notifications);
		String call = (single != null) ? append.singleCall() : append.call();
		try (PreparedStatement statement = connection.prepareStatement("SELECT " + call)) {
			if (single != null) {
				LogAppend.bind(statement, single.channel(), single);
				statement.execute();
			}
			else {
				sendMany(connection, statement, notifications, true);
			}
		}
	}

	/**
	 * Sends notifications on a connection, in whatever transaction it is in, and records
	 * none.
	 * @param connection the connection
	 * @param notifications what to send; at least one
	 * @throws SQLException if the server refuses one; in autocommit none is sent then
	 */
	public static void send(Connection connection, List<Notification> notifications) throws SQLException {
		send(connection, notifications, null);
	}

	/**
	 * Sends notifications.
	 * @param notifications what to send; at least one
	 * @throws SQLException if the server refuses one; none is sent then
	 */
	void send(List<Notification> notifications) throws SQLException {
		if (this.append != null && this.appendOne != null && isRecorded(notifications)) {
			Notification single = LogAppend.single(notifications);
			if (single != null) {
				LogAppend.bind(this.appendOne, single.channel(), single);
				this.appendOne.execute();
			}
			else {
				sendMany(this.connection, this.append, notifications, true);
			}
		}
		else if (notifications.size() == 1) {
			sendOne(this.one, notifications.get(0));
		}
		else {
			sendMany(this.connection, this.many, notifications, false);
		}
	}

	/**
	 * Records notifications in the transaction of a connection, and sends none.
	 * @param connection the connection
	 * @param notifications what to record; at least one
	 * @param append records
	 * @return the texts that are to be sent once the transaction is committed, in their
	 * order
	 * @throws SQLException if the server refuses one
	 */
	public static List<String> record(Connection connection, List<Notification> notifications, LogAppend append)
			throws SQLException {
		Notification single = LogAppend.single(notifications);
		if (single != null) {
			return List.of(record(connection, single, append));
		}
		List<String> texts = new ArrayList<>(notifications.size());
		try (PreparedStatement statement = connection.prepareStatement("SELECT " + append.recordingCall())) {
			for (List<Notification> part : Batches.statements(notifications)) {
				statement.setArray(1, texts(connection, part, Notification::payload));
				statement.setArray(2, recorded(connection, part));
				try (ResultSet rows = statement.executeQuery()) {
					rows.next();
					texts.addAll(List.of((String[]) rows.getArray(1).getArray()));
				}
			}
		}
		return texts;
	}

	private static String record(Connection connection, Notification single, LogAppend append) throws SQLException {
		try (PreparedStatement statement = connection.prepareStatement("SELECT " + append.singleCall())) {
			LogAppend.bind(statement, null, single);
			try (ResultSet rows = statement.executeQuery()) {
				rows.next();
				return rows.getString(1);
			}
		}
	}

	private static boolean isRecorded(List<Notification> notifications) {
		return notifications.stream().anyMatch(Notification::recorded);
	}

	private static void sendOne(PreparedStatement statement, Notification notification) throws SQLException {
		statement.setString(1, notification.channel());
		statement.setString(2, notification.payload());
		statement.execute();
	}

	private static void sendMany(Connection connection, PreparedStatement statement, List<Notification> notifications,
			boolean recording) throws SQLException {
		List<List<Notification>> parts = Batches.statements(notifications);
		if (parts.size() == 1 || !connection.getAutoCommit()) {
			executeAll(connection, statement, parts, recording);
			return;
		}
		connection.setAutoCommit(false);
		try {
			executeAll(connection, statement, parts, recording);
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

	private static void executeAll(Connection connection, PreparedStatement statement, List<List<Notification>> parts,
			boolean recording) throws SQLException {
		for (List<Notification> part : parts) {
			statement.setArray(1, texts(connection, part, Notification::channel));
			statement.setArray(2, texts(connection, part, Notification::payload));
			if (recording) {
				statement.setArray(3, recorded(connection, part));
			}
			statement.execute();
		}
	}

	private static Array recorded(Connection connection, List<Notification> notifications) throws SQLException {
		return connection.createArrayOf("boolean",
				notifications.stream().map(Notification::recorded).toArray(Boolean[]::new));
	}

	private static Array texts(Connection connection, List<Notification> notifications,
			Function<Notification, String> part) throws SQLException {
		return connection.createArrayOf("text", notifications.stream().map(part).toArray(String[]::new));
	}

}
