package dev.pgevents.postgres.internal.publish;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

import dev.pgevents.Backoff;
import dev.pgevents.PublishException;
import dev.pgevents.PublishException.Outcome;
import dev.pgevents.internal.util.RetryWait;
import dev.pgevents.internal.util.Ticker;
import dev.pgevents.postgres.internal.session.Session;
import dev.pgevents.postgres.internal.session.SessionFactory;
import dev.pgevents.postgres.internal.session.SqlStates;
import org.jspecify.annotations.Nullable;

/**
 * The bus's one publishing connection: opened when first needed, replaced when it is
 * found broken. For one thread at a time, but for {@link #close()}.
 */
public final class PublishingConnection implements AutoCloseable {

	private static final Duration OPENING_PATIENCE = Duration.ofSeconds(10);

	/** How much longer than the server waits for locks to wait for its answer. */
	private static final Duration ANSWER_PATIENCE = Duration.ofSeconds(1);

	/** How long a transaction of many statements may do nothing. */
	private static final Duration IDLE = Duration.ofSeconds(10);

	private final SessionFactory sessions;

	private final Backoff backoff;

	private final Duration lockTimeout;

	private final Consumer<Session> onOpen;

	private final @Nullable LogAppend append;

	private final RetryWait wait;

	private volatile boolean closed;

	private volatile @Nullable Session session;

	private volatile boolean sending;

	private volatile @Nullable Exception problem;

	private @Nullable NotifyStatement statement;

	/**
	 * Creates a connection that is not open yet.
	 * @param sessions opens sessions
	 * @param backoff how long to wait between attempts
	 * @param lockTimeout how long the server may wait for its commit lock
	 * @param onOpen called with each new session
	 * @param append records what is to be recorded; null without an event log
	 * @param ticker measures the waits between attempts
	 */
	public PublishingConnection(SessionFactory sessions, Backoff backoff, Duration lockTimeout,
			Consumer<Session> onOpen, @Nullable LogAppend append, Ticker ticker) {
		this.sessions = sessions;
		this.backoff = backoff;
		this.lockTimeout = lockTimeout;
		this.onOpen = onOpen;
		this.append = append;
		this.wait = new RetryWait(ticker);
	}

	/**
	 * Whether there is a session, and it looks well.
	 */
	boolean isReady() {
		Session current = this.session;
		if (current != null && current.isStale()) {
			discard();
		}
		return this.statement != null;
	}

	/** Why the last attempt to connect has failed, if it has. For any thread. */
	@Nullable Exception problem() {
		return this.problem;
	}

	/**
	 * Gets a session that looks well. An attempt that has begun is given its time, so
	 * that a slow network does not break off each one.
	 * @param deadline until when to begin attempts, in {@code System.nanoTime()}
	 * @throws PublishException if there is none to be had
	 */
	void prepare(long deadline) {
		if (!isReady()) {
			statement(deadline, Math.max(0, OPENING_PATIENCE.toNanos() - (deadline - System.nanoTime())));
		}
	}

	/**
	 * Sends notifications, on a new session if need be.
	 * @param notifications what to send, all or none
	 * @param deadline until when to wait for the answer, in {@code System.nanoTime()}
	 * @throws PublishException if they were not sent, or it is not known
	 */
	void send(List<Notification> notifications, long deadline) {
		this.sending = true;
		try {
			attempt(notifications, deadline);
		}
		finally {
			this.sending = false;
		}
	}

	private void attempt(List<Notification> notifications, long deadline) {
		boolean again = true;
		while (true) {
			NotifyStatement ready = statement(deadline, 0);
			bound(deadline);
			try {
				ready.send(notifications);
				dropWhatComesBack();
				return;
			}
			catch (SQLException ex) {
				if (PublishFailures.isConnectionLost(ex)) {
					discard();
				}
				if (!again || !canBeSentAgain(ex)) {
					throw PublishFailures.translate(ex);
				}
				again = false;
			}
		}
	}

	/**
	 * A server whose clients share one session (PGlite's socket server) sends here what
	 * the listening connection waits for, and the driver would keep it for ever.
	 */
	private void dropWhatComesBack() {
		Session current = this.session;
		if (current != null) {
			current.remainingNotifications();
		}
	}

	private boolean canBeSentAgain(SQLException failure) {
		return PublishFailures.isSessionEnded(failure)
				|| (PublishFailures.isQueueFull(failure) && queueHasRoomAfterAll());
	}

	private boolean queueHasRoomAfterAll() {
		Session current = this.session;
		try {
			return current != null && current.queueUsage() < 1;
		}
		catch (SQLException ex) {
			discard();
			return false;
		}
	}

	private NotifyStatement statement(long deadline, long more) {
		int failures = 0;
		while (true) {
			NotifyStatement ready = this.statement;
			if (ready != null) {
				return ready;
			}
			try {
				open(deadline + more);
			}
			catch (SQLException | RuntimeException ex) {
				this.problem = ex;
				failures++;
				awaitNextAttempt(failures, deadline, ex);
			}
		}
	}

	private void bound(long deadline) {
		Session current = this.session;
		if (current != null) {
			long end = System.nanoTime() + this.lockTimeout.plus(ANSWER_PATIENCE).toNanos();
			current.deadline((end - deadline > 0) ? end : deadline);
		}
	}

	/**
	 * The database answers: ends the wait for the next attempt, if there is one, or if
	 * the attempt under way fails. For any thread.
	 */
	void retryNow() {
		this.wait.retryNow();
	}

	private void open(long deadline) throws SQLException {
		this.wait.beginAttempt();
		Session opened = this.sessions.open(deadline);
		try {
			this.onOpen.accept(opened);
			this.statement = statement(opened);
		}
		catch (SQLException | RuntimeException | Error ex) {
			opened.close();
			throw ex;
		}
		this.session = opened;
		this.problem = null;
		if (this.closed) {
			discard();
			throw new SQLException("event bus is closed", SqlStates.CONNECTION_DOES_NOT_EXIST);
		}
	}

	private NotifyStatement statement(Session opened) throws SQLException {
		if (opened.isPooled()) {
			return NotifyStatement.throughPooler(opened.connection(), this.lockTimeout, this.append);
		}
		opened.execute("SET lock_timeout = " + this.lockTimeout.toMillis());
		if (this.append != null) {
			// A process that is stopped in the middle would keep its partitions.
			opened.execute("SET idle_in_transaction_session_timeout = " + IDLE.toMillis());
		}
		return new NotifyStatement(opened.connection(), this.append);
	}

	private void awaitNextAttempt(int failures, long deadline, Exception reason) {
		Duration delay = this.backoff.delay(failures);
		if (this.closed || System.nanoTime() + delay.toNanos() - deadline >= 0) {
			throw new PublishException(Outcome.NOT_PUBLISHED,
					"not published: no connection to the database: " + reason.getMessage(), reason);
		}
		try {
			this.wait.await(delay);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new PublishException(Outcome.NOT_PUBLISHED,
					"interrupted while waiting for the database; not published", ex);
		}
	}

	/** Closes the session until the next one is needed. */
	void disconnect() {
		discard();
	}

	/**
	 * Gives the session away, if it looks well and is a session of the server's that the
	 * bus has made itself.
	 * @return the session, or null if there is none to be given away
	 */
	@Nullable Session giveAway() {
		Session given = isReady() ? this.session : null;
		if (given == null || given.isPooled() || given.isLent() || !given.isWakeable()) {
			return null;
		}
		this.session = null;
		this.statement = null;
		return given;
	}

	private void discard() {
		Session old = this.session;
		this.session = null;
		this.statement = null;
		if (old != null) {
			old.close();
		}
	}

	/**
	 * Closes the session and opens no more. A round trip under way is broken off.
	 */
	@Override
	public void close() {
		this.closed = true;
		this.wait.stop();
		this.sessions.close();
		Session current = this.session;
		if (current != null && this.sending) {
			current.abort();
		}
		else if (current != null) {
			current.close();
		}
	}

}
