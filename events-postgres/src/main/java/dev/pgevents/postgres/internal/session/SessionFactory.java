package dev.pgevents.postgres.internal.session;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Properties;

import dev.pgevents.postgres.internal.socket.SocketHandle;
import dev.pgevents.postgres.internal.socket.WakeableSocketFactory;
import org.jspecify.annotations.Nullable;

/**
 * Opens sessions for one purpose, one at a time. Thread-safe.
 */
public final class SessionFactory implements Sessions {

	/** The longest time for one dial: another host may answer. */
	private static final Duration LONGEST_DIAL = Duration.ofSeconds(10);

	/** Bounds dials and handshakes together, for all hosts. */
	private static final Duration OPENING_PATIENCE = Duration.ofSeconds(60);

	/** A session that takes longer to answer is no better than a new one. */
	private static final Duration ADOPTING_PATIENCE = Duration.ofMillis(500);

	/** Sets back what the publishing connection has set. */
	private static final String RESET = "RESET lock_timeout; RESET idle_in_transaction_session_timeout; ";

	private static final String TARGET = "targetServerType";

	private final String busName;

	private final Opener opener;

	private final String applicationName;

	private final Duration networkTimeout;

	private volatile @Nullable SocketHandle current;

	private volatile boolean closed;

	/**
	 * Creates a factory.
	 * @param busName begins log lines
	 * @param opener opens connections with settings of the driver
	 * @param applicationName shown in {@code pg_stat_activity}
	 * @param networkTimeout how long a dial, each step of the handshake and the answer to
	 * a statement may take, and the rest of a message that has begun
	 */
	public SessionFactory(String busName, Opener opener, String applicationName, Duration networkTimeout) {
		this.busName = busName;
		this.opener = opener;
		this.applicationName = applicationName;
		this.networkTimeout = networkTimeout;
	}

	/**
	 * Opens a session to a primary.
	 */
	@Override
	public Session open() throws SQLException {
		Session session = open(System.nanoTime() + OPENING_PATIENCE.toNanos());
		session.noDeadline();
		return session;
	}

	/**
	 * Opens a session to a primary, within a time.
	 * @param deadline the end, in {@code System.nanoTime()}; stays in force until changed
	 * @return a new session in autocommit
	 * @throws SQLException if there is none to be had
	 */
	public Session open(long deadline) throws SQLException {
		SocketHandle handle = SocketHandle.open(this.busName, this.networkTimeout);
		handle.deadline(deadline);
		this.current = handle;
		Session session = null;
		try {
			if (this.closed) {
				throw closed();
			}
			session = session(connect(handle), handle);
			setUp(session);
			return session;
		}
		catch (SQLException | RuntimeException | Error ex) {
			if (session != null) {
				session.close();
			}
			handle.close();
			throw ex;
		}
	}

	/**
	 * Makes a session that served another purpose of the bus as one of this factory's
	 * own, which shows that it lives and leads to a primary.
	 * @param session a session that was not lent and whose time-outs are the bus's; to be
	 * closed if it fails
	 * @throws SQLException if it does not answer in time, or leads to a standby
	 */
	void adopt(Session session) throws SQLException {
		session.deadline(System.nanoTime() + ADOPTING_PATIENCE.toNanos());
		session.connection().setNetworkTimeout(Runnable::run, Math.toIntExact(this.networkTimeout.toMillis()));
		session.execute(RESET + setApplicationName());
		greet(session);
		session.noDeadline();
	}

	static SQLException closed() {
		return new SQLException("event bus is closed", SqlStates.CONNECTION_DOES_NOT_EXIST);
	}

	private Session session(Connection connection, SocketHandle handle) throws SQLException {
		try {
			return new Session(this.busName, connection, handle);
		}
		catch (SQLException | RuntimeException | Error ex) {
			close(connection, ex);
			throw ex;
		}
	}

	@Override
	public void close() {
		this.closed = true;
		SocketHandle handle = this.current;
		if (handle != null) {
			handle.close();
		}
	}

	/**
	 * The driver recognizes a primary by a setting that a database may have too, and that
	 * pgpool reads on a standby; who is refused for that is looked at a second time, by
	 * the greeting.
	 */
	private Connection connect(SocketHandle handle) throws SQLException {
		Properties settings = settings(handle);
		try {
			return DriverClassLoader.open(this.opener, settings);
		}
		catch (SQLException ex) {
			if (!NoPrimary.isReason(ex)) {
				throw ex;
			}
		}
		settings.setProperty(TARGET, "any");
		return DriverClassLoader.open(this.opener, settings);
	}

	private void setUp(Session session) throws SQLException {
		if (session.isLent()) {
			session.connection().setNetworkTimeout(Runnable::run, Math.toIntExact(this.networkTimeout.toMillis()));
			session.execute(setApplicationName());
		}
		if (!session.connection().getAutoCommit()) {
			session.connection().setAutoCommit(true);
		}
		greet(session);
	}

	private String setApplicationName() {
		return "SET application_name = '" + this.applicationName.replace("'", "''") + "'";
	}

	private static void greet(Session session) throws SQLException {
		Greeting greeting = Greeting.exchange(session.connection());
		if (greeting.database().hotStandby()) {
			throw NoPrimary.found();
		}
		session.greeted(greeting);
	}

	private Properties settings(SocketHandle handle) {
		Properties settings = new Properties();
		settings.setProperty("socketFactory", WakeableSocketFactory.class.getName());
		settings.setProperty("socketFactoryArg", handle.token());
		settings.setProperty("ApplicationName", this.applicationName);
		settings.setProperty("tcpKeepAlive", "true");
		settings.setProperty("connectTimeout",
				seconds((this.networkTimeout.compareTo(LONGEST_DIAL) < 0) ? this.networkTimeout : LONGEST_DIAL));
		settings.setProperty("socketTimeout", seconds(this.networkTimeout));
		settings.setProperty(TARGET, "primary");
		return settings;
	}

	private static String seconds(Duration duration) {
		return String.valueOf(Math.max(1, duration.plusMillis(999).toSeconds()));
	}

	private static void close(Connection connection, Throwable reason) {
		try {
			connection.close();
		}
		catch (SQLException ex) {
			reason.addSuppressed(ex);
		}
	}

	/** Opens connections. */
	@FunctionalInterface
	public interface Opener {

		/**
		 * Opens a connection.
		 * @param settings properties of pgjdbc
		 * @return a new connection
		 * @throws SQLException if it cannot be opened
		 */
		Connection open(Properties settings) throws SQLException;

	}

}
