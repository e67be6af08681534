package dev.pgevents.postgres.listen;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import dev.pgevents.Backoff;
import dev.pgevents.dispatch.BusSubscription;
import dev.pgevents.postgres.session.Session;
import dev.pgevents.postgres.session.SessionFactory;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a session listening for as long as the bus lives: the first attempt at once, then
 * with backoff, for ever. Thread-safe.
 */
public final class Listener implements AutoCloseable {

	private final SessionFactory sessions;

	private final ListenerEvents events;

	private final Backoff backoff;

	private final Duration heartbeat;

	private final Clock clock;

	private final Thread thread;

	private final Channels channels = new Channels();

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition closing = this.lock.newCondition();

	private volatile boolean closed;

	private volatile @Nullable ListeningSession current;

	private Instant lastGood;

	/**
	 * Creates a listener that has not been started.
	 * @param sessions opens sessions
	 * @param events told of what happens
	 * @param backoff how long to wait between attempts
	 * @param heartbeat how often to ask whether the registrations stand
	 * @param clock gives the time of gaps
	 * @param threads makes the listening thread
	 */
	public Listener(SessionFactory sessions, ListenerEvents events, Backoff backoff, Duration heartbeat, Clock clock,
			ThreadFactory threads) {
		this.sessions = sessions;
		this.events = events;
		this.backoff = backoff;
		this.heartbeat = heartbeat;
		this.clock = clock;
		this.lastGood = clock.instant();
		this.thread = threads.newThread(this::run);
	}

	/**
	 * Begins to connect.
	 */
	public void start() {
		this.thread.start();
	}

	/**
	 * Listens for a subscription too.
	 * @param subscription goes live once the LISTEN is committed
	 * @param needed its channels
	 */
	public void add(BusSubscription subscription, Set<String> needed) {
		this.channels.add(subscription, needed);
		changed();
	}

	/**
	 * Listens no more for a subscription.
	 * @param subscription was added before
	 */
	public void remove(BusSubscription subscription) {
		this.channels.remove(subscription);
		changed();
	}

	private void changed() {
		ListeningSession session = this.current;
		if (session != null) {
			session.channelsChanged();
		}
	}

	@Override
	public void close() {
		this.closed = true;
		this.lock.lock();
		try {
			this.closing.signalAll();
		}
		finally {
			this.lock.unlock();
		}
		this.sessions.close();
	}

	private void run() {
		int failures = 0;
		while (!this.closed) {
			boolean healthy = attempt();
			failures = healthy ? 0 : failures + 1;
			if (!this.closed && failures > 0) {
				await(this.backoff.delay(failures));
			}
		}
	}

	/**
	 * Connects and listens until the session breaks; whether delivery had been proven.
	 */
	private boolean attempt() {
		this.events.onConnecting();
		ListeningSession listening = null;
		try (Session session = this.sessions.open()) {
			this.events.onSession(session);
			listening = new ListeningSession(session, this.channels, this.events, this.backoff, this.heartbeat,
					this.clock, this.lastGood);
			this.current = listening;
			listen(listening);
		}
		catch (SQLException | RuntimeException ex) {
			lost(ex);
		}
		finally {
			this.current = null;
		}
		if (listening == null) {
			return false;
		}
		this.lastGood = listening.lastGood();
		return listening.isProven();
	}

	private void listen(ListeningSession listening) throws SQLException {
		try {
			listening.begin();
			while (!this.closed) {
				listening.step();
			}
		}
		finally {
			listening.finish();
		}
	}

	private void lost(Exception cause) {
		if (!this.closed) {
			this.events.onLost(cause);
		}
	}

	private void await(Duration delay) {
		this.lock.lock();
		try {
			long left = delay.toNanos();
			while (!this.closed && left > 0) {
				left = this.closing.awaitNanos(left);
			}
		}
		catch (InterruptedException ex) {
			// Nobody but the bus knows this thread, and the bus closes it otherwise.
			this.events.onLost(ex);
		}
		finally {
			this.lock.unlock();
		}
	}

}
