package dev.pgevents.postgres.internal.eventlog;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;

import dev.pgevents.postgres.internal.session.Session;
import dev.pgevents.postgres.internal.session.SessionFactory;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGConnection;

/**
 * The connection on which pages are read and cursors move: opened when first needed,
 * replaced when it is found broken, used by one thread at a time. It is neither the
 * listening one, which must not wait, nor the publishing one, which a page would delay.
 * Thread-safe.
 */
final class LogConnection implements AutoCloseable {

	/** How long a statement may take before the connection is given up. */
	private static final Duration PATIENCE = Duration.ofSeconds(30);

	/** How long a transaction may do nothing before the server ends it. */
	private static final Duration IDLE = Duration.ofSeconds(10);

	private final ReentrantLock lock = new ReentrantLock();

	private final SessionFactory sessions;

	private final Duration lockTimeout;

	private final Opened onOpen;

	private @Nullable Session session;

	/**
	 * Creates a connection that is not open yet.
	 * @param sessions opens sessions
	 * @param lockTimeout how long a statement may wait for a lock
	 * @param onOpen called with each new session
	 */
	LogConnection(SessionFactory sessions, Duration lockTimeout, Opened onOpen) {
		this.sessions = sessions;
		this.lockTimeout = lockTimeout;
		this.onOpen = onOpen;
	}

	/** Executes statements, each a transaction where they go to the server itself. */
	<T> T call(Work<T> work) throws SQLException {
		return locked((open) -> open.isPooled() ? together(open, work) : call(open, work));
	}

	private <T> T locked(Action<T> action) throws SQLException {
		this.lock.lock();
		try {
			return action.on(open());
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Executes statements in one transaction. */
	<T> T inTransaction(Work<T> work) throws SQLException {
		return locked((open) -> together(open, work));
	}

	/** What is set for a session behind a pooler would be set for the next client. */
	private <T> T together(Session open, Work<T> work) throws SQLException {
		return call(open, (connection) -> {
			connection.setAutoCommit(false);
			try {
				if (open.isPooled()) {
					open.execute(settings("SET LOCAL "));
				}
				T result = work.call(connection);
				connection.commit();
				return result;
			}
			catch (SQLException | RuntimeException | Error ex) {
				connection.rollback();
				throw ex;
			}
			finally {
				connection.setAutoCommit(true);
			}
		});
	}

	/**
	 * A process that is stopped in the middle of a transaction must not hold up others.
	 */
	private String settings(String set) {
		return set + "lock_timeout = " + this.lockTimeout.toMillis() + "; " + set
				+ "idle_in_transaction_session_timeout = " + IDLE.toMillis();
	}

	private <T> T call(Session open, Work<T> work) throws SQLException {
		open.deadline(System.nanoTime() + PATIENCE.toNanos());
		try {
			return work.call(open.connection());
		}
		catch (SQLException ex) {
			if (isBroken(ex)) {
				discard();
			}
			throw Privileges.named(ex);
		}
	}

	private static boolean isBroken(SQLException failure) {
		String state = failure.getSQLState();
		return state == null || state.startsWith("08") || state.startsWith("57P") || state.startsWith("58");
	}

	private Session open() throws SQLException {
		Session current = this.session;
		if (current != null && !current.isStale()) {
			return current;
		}
		discard();
		Session opened = this.sessions.open(System.nanoTime() + PATIENCE.toNanos());
		try {
			if (opened.isPooled()) {
				opened.connection().unwrap(PGConnection.class).setPrepareThreshold(0);
			}
			else {
				opened.execute(settings("SET "));
			}
			this.onOpen.opened(opened);
		}
		catch (SQLException | RuntimeException | Error ex) {
			opened.close();
			throw ex;
		}
		this.session = opened;
		return opened;
	}

	private void discard() {
		Session old = this.session;
		this.session = null;
		if (old != null) {
			old.close();
		}
	}

	/** Lets go of the connection, until it is needed again. */
	void disconnect() {
		this.lock.lock();
		try {
			discard();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void close() {
		disconnect();
		this.sessions.close();
	}

	/** What is done on the open session. */
	@FunctionalInterface
	private interface Action<T> {

		T on(Session open) throws SQLException;

	}

	/** Statements and what is made of their answers. */
	@FunctionalInterface
	interface Work<T> {

		T call(Connection connection) throws SQLException;

	}

	/** Called with each new session. */
	@FunctionalInterface
	interface Opened {

		void opened(Session session) throws SQLException;

	}

}
