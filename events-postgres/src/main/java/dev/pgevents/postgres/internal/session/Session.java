package dev.pgevents.postgres.internal.session;

import java.net.SocketException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;

import java.util.Objects;
import java.util.function.Consumer;

import dev.pgevents.postgres.internal.socket.SocketHandle;
import dev.pgevents.postgres.internal.socket.WakeableSocket;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;
import org.postgresql.core.BaseConnection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One open connection of the bus. For one thread at a time, but for {@link #wakeUp()} and
 * {@link #abort()}.
 */
public final class Session implements AutoCloseable {

	/** Keeps pgpool from balancing a query to a standby; for all others a comment. */
	public static final String ON_THE_PRIMARY = "/*NO LOAD BALANCE*/ ";

	private static final Logger logger = LoggerFactory.getLogger(Session.class);

	private static final PGNotification[] NONE = {};

	private final String busName;

	private final Connection connection;

	private final PGConnection pgConnection;

	private final SocketHandle handle;

	private final @Nullable WakeableSocket socket;

	/** Null where it is pgjdbc's own. */
	private final @Nullable LentConnection lent;

	private boolean pooled;

	private int processId;

	private @Nullable DatabaseIdentity database;

	Session(String busName, Connection connection, SocketHandle handle) throws SQLException {
		this.busName = busName;
		this.connection = connection;
		if (!connection.isWrapperFor(PGConnection.class)) {
			throw new SQLException("a connection of class " + connection.getClass().getName()
					+ " is none of PostgreSQL's own driver, which the bus needs");
		}
		this.pgConnection = connection.unwrap(PGConnection.class);
		this.handle = handle;
		this.socket = handle.socket();
		this.lent = (connection != this.pgConnection) ? LentConnection.take(connection) : null;
	}

	/**
	 * The connection itself.
	 * @return a connection in autocommit
	 */
	public Connection connection() {
		return this.connection;
	}

	/**
	 * Whether the reading thread can be woken and deliveries are not delayed by pgjdbc's
	 * peek: false where the user's own socket factory is in use.
	 * @return whether the bus's own socket is in use
	 */
	public boolean isWakeable() {
		return this.socket != null;
	}

	/**
	 * Whether the connection was wrapped: by a pool, for example, which is given it back
	 * when it is closed. None of the bus's settings came with it.
	 * @return whether it is not pgjdbc's own
	 */
	public boolean isLent() {
		return this.lent != null;
	}

	/**
	 * Lets a flood of notifications be taken in pieces, where the driver would gather it:
	 * over TLS, and before the answer to a statement.
	 * @param early takes notifications that come before all that other methods return
	 * afterwards; called within those and within statements, on their thread; must not
	 * use the session
	 * @throws SQLException if the connection is gone
	 */
	public void onFlood(Consumer<PGNotification[]> early) throws SQLException {
		if (this.socket == null || !(this.pgConnection instanceof BaseConnection base)) {
			return;
		}
		try {
			this.socket.onFlood(() -> early.accept(gathered(base)));
		}
		catch (SocketException ex) {
			throw new SQLException("connection is closed", SqlStates.CONNECTION_DOES_NOT_EXIST, ex);
		}
	}

	/** Unlike the connection's method of this name, this one does not read. */
	private static PGNotification[] gathered(BaseConnection connection) {
		try {
			return connection.getQueryExecutor().getNotifications();
		}
		catch (SQLException ex) {
			return NONE;
		}
	}

	/**
	 * Waits for notifications.
	 * @param timeoutMillis how long, at least 1
	 * @return what has arrived; none after the time-out or {@link #wakeUp()}
	 * @throws SQLException if the connection is gone
	 */
	public PGNotification[] awaitNotifications(int timeoutMillis) throws SQLException {
		if (this.socket == null) {
			return orNone(this.pgConnection.getNotifications(timeoutMillis));
		}
		try {
			this.socket.beginWait();
			try {
				return orNone(this.pgConnection.getNotifications(timeoutMillis));
			}
			finally {
				this.socket.endWait();
			}
		}
		catch (SocketException ex) {
			throw new SQLException("connection is closed", SqlStates.CONNECTION_DOES_NOT_EXIST, ex);
		}
	}

	/**
	 * Takes what has arrived, without asking the server.
	 * @return notifications, maybe none
	 */
	public PGNotification[] remainingNotifications() {
		try {
			return orNone(this.pgConnection.getNotifications());
		}
		catch (SQLException ex) {
			return NONE;
		}
	}

	private static PGNotification[] orNone(PGNotification @Nullable [] notifications) {
		return (notifications != null) ? notifications : NONE;
	}

	/**
	 * Makes the present wait, or else the next, end at once. For any thread.
	 */
	public void wakeUp() {
		if (this.socket != null) {
			this.socket.wakeUp();
		}
	}

	/**
	 * Whether an idle connection is known to have ended, without asking the server.
	 * @return whether the server has said something unasked, or hung up
	 */
	public boolean isStale() {
		return this.socket != null && this.socket.hasUnread();
	}

	/**
	 * Bounds what is done on the session from now on. Only where the bus's own socket is
	 * in use: elsewhere the driver's time-outs must do.
	 * @param nanoTime the end, in {@code System.nanoTime()}
	 */
	public void deadline(long nanoTime) {
		this.handle.deadline(nanoTime);
	}

	/** Bounds nothing any more but by the driver's time-outs. */
	void noDeadline() {
		this.handle.noDeadline();
	}

	/**
	 * Executes statements.
	 * @param sql one or more statements
	 * @throws SQLException if they fail
	 */
	public void execute(String sql) throws SQLException {
		try (Statement statement = this.connection.createStatement()) {
			statement.execute(sql);
		}
	}

	/**
	 * Executes statements in one message, which a pooler gives to one session.
	 * @param sql statements, the last of which is a query of one row and column
	 * @return the query's answer
	 * @throws SQLException if they fail
	 */
	public String executeAndQuery(String sql) throws SQLException {
		try (Statement statement = this.connection.createStatement()) {
			boolean rows = statement.execute(sql);
			while (!rows && statement.getUpdateCount() >= 0) {
				rows = statement.getMoreResults();
			}
			try (ResultSet result = statement.getResultSet()) {
				result.next();
				return String.valueOf(result.getString(1));
			}
		}
	}

	/**
	 * Asks for one text.
	 * @param sql a query of one row and column
	 * @return the answer
	 * @throws SQLException if it fails
	 */
	public String query(String sql) throws SQLException {
		try (Statement statement = this.connection.createStatement(); ResultSet rows = statement.executeQuery(sql)) {
			rows.next();
			return String.valueOf(rows.getString(1));
		}
	}

	/**
	 * How full the server's notification queue is. Asking also lets the server free what
	 * everybody has read: of itself it does so only while notifications are added, so
	 * that a queue that was full once would stay full for ever (PostgreSQL 18, async.c).
	 * @return 0 to 1
	 * @throws SQLException if the connection is gone
	 */
	public double queueUsage() throws SQLException {
		return Double.parseDouble(query("SELECT pg_catalog.pg_notification_queue_usage()"));
	}

	/**
	 * The encoding of the database.
	 * @return such as {@code UTF8}
	 */
	public String serverEncoding() {
		String encoding = this.pgConnection.getParameterStatus("server_encoding");
		return (encoding != null) ? encoding : "UTF8";
	}

	/**
	 * Where the session has led to.
	 * @return the server and its database
	 */
	public DatabaseIdentity database() {
		return Objects.requireNonNull(this.database, "not greeted yet");
	}

	/**
	 * The version of the server, which it says when a session begins.
	 * @return as it gives it, null if it does not say
	 */
	public @Nullable String serverVersion() {
		return this.pgConnection.getParameterStatus("server_version");
	}

	void greeted(Greeting greeting) {
		this.database = greeting.database();
		this.processId = greeting.processId();
		this.pooled = greeting.processId() != this.pgConnection.getBackendPID();
	}

	/**
	 * Whether a pooler answers in the server's place: the process id given at the start
	 * was not that of the process that runs the statements. Other statements may then run
	 * on other sessions of the server, and what is set for a session is set for the
	 * client that gets that next; or not, as with pgbouncer in session mode.
	 * @return whether the connection goes through a pooler
	 */
	public boolean isPooled() {
		return this.pooled;
	}

	/**
	 * The server's process that ran the first statement.
	 * @return its id
	 */
	public int processId() {
		return this.processId;
	}

	/**
	 * Breaks the connection at once. For any thread.
	 */
	public void abort() {
		this.handle.close();
		if (this.socket == null && this.pgConnection instanceof Connection own) {
			try {
				own.abort(Runnable::run);
			}
			catch (SQLException ex) {
				logger.debug("{}: breaking a connection failed", this.busName, ex);
			}
		}
	}

	@Override
	public void close() {
		try {
			if (this.lent != null) {
				giveBack(this.lent);
			}
			this.connection.close();
		}
		catch (SQLException ex) {
			// It is gone, which is what was wanted.
			abort();
		}
		finally {
			this.handle.close();
		}
	}

	private void giveBack(LentConnection lent) {
		try {
			lent.giveBack();
		}
		catch (SQLException ex) {
			logger.debug("{}: a connection that is given back has ended", this.busName, ex);
		}
	}

}
