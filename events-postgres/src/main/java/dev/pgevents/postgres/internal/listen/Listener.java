package dev.pgevents.postgres.internal.listen;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

import dev.pgevents.Backoff;
import dev.pgevents.internal.dispatch.BusSubscription;
import dev.pgevents.internal.dispatch.LeaderFollowers;
import dev.pgevents.internal.util.RetryWait;
import dev.pgevents.internal.util.Ticker;
import dev.pgevents.postgres.internal.session.Session;
import dev.pgevents.postgres.internal.session.Sessions;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps a session listening for as long as the bus lives: the first attempt at once, then
 * with backoff, for ever. Thread-safe.
 *
 * <p>
 * One thread at a time reads, the leader of a {@link LeaderFollowers} strategy.
 */
public final class Listener implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(Listener.class);

	private static final Duration WITHDRAWING_PATIENCE = Duration.ofSeconds(2);

	private final Supplier<Sessions> newSessions;

	private final String busName;

	private final NotificationRouter router;

	private final ListenerObserver observer;

	private final ProofSender proofSender;

	private final Timing timing;

	private final LeaderFollowers strategy;

	private final RetryWait wait;

	private final NeededChannels channels = new NeededChannels();

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition change = this.lock.newCondition();

	/** Whether a thread leads; guarded by the lock. */
	private boolean led;

	private boolean closed;

	/** Whether no thread is to read, for now or for ever; written with the lock held. */
	private volatile boolean stopped = true;

	/** Opens the sessions until the listener is stopped. */
	private volatile Sessions sessions;

	private volatile @Nullable ListeningSession current;

	private @Nullable Session session;

	private Instant lastGood;

	private int failures;

	/**
	 * Creates a listener that has not been started.
	 * @param busName begins log lines
	 * @param sessions makes what opens sessions, anew for each start
	 * @param router takes the notifications
	 * @param observer sees how the connection is
	 * @param proofSender sends what is to prove delivery
	 * @param timing when to try again and to ask
	 * @param strategy says which thread leads, and who runs handlers
	 */
	public Listener(String busName, Supplier<Sessions> sessions, NotificationRouter router, ListenerObserver observer,
			ProofSender proofSender, Timing timing, LeaderFollowers strategy) {
		this.busName = busName;
		this.newSessions = sessions;
		this.sessions = sessions.get();
		this.router = router;
		this.observer = observer;
		this.proofSender = proofSender;
		this.timing = timing;
		this.wait = new RetryWait(timing.ticker());
		this.lastGood = timing.clock().instant();
		this.strategy = strategy;
		router.onLost((channel) -> this.channels.raiseUnreadable(channel, timing.clock()));
	}

	/**
	 * Begins to connect, for the first time or once more; does nothing if it has, or is
	 * closed.
	 */
	public void start() {
		Sessions fresh = this.newSessions.get();
		this.lock.lock();
		try {
			if (!this.stopped || this.closed) {
				return;
			}
			this.sessions = fresh;
			this.stopped = false;
			this.wait.start();
			if (!this.led) {
				this.failures = 0;
				this.strategy.lead(this::lead);
				this.led = true;
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Closes the session and opens no more until it is started again; waits for that.
	 * @param patience how long to wait
	 */
	public void stop(Duration patience) {
		end(false);
		awaitEnd(patience);
	}

	@Override
	public void close() {
		end(true);
	}

	private void end(boolean forGood) {
		Sessions ended;
		this.lock.lock();
		try {
			this.closed |= forGood;
			this.stopped = true;
			this.wait.stop();
			ended = this.sessions;
		}
		finally {
			this.lock.unlock();
		}
		ListeningSession listening = this.current;
		if (listening != null && listening.leavesTraces()) {
			// What is registered on sessions that are not the bus's own is taken back.
			listening.channelsChanged();
			awaitEnd(WITHDRAWING_PATIENCE);
		}
		ended.close();
	}

	/** Waits until no thread leads any more. */
	private void awaitEnd(Duration patience) {
		this.lock.lock();
		try {
			long left = patience.toNanos();
			while (this.led && left > 0) {
				left = this.change.awaitNanos(left);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.lock.unlock();
		}
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

	/**
	 * The channels of all subscriptions.
	 * @return a snapshot
	 */
	public Set<String> channels() {
		return this.channels.needed();
	}

	private void changed() {
		ListeningSession session = this.current;
		if (session != null) {
			session.channelsChanged();
		}
	}

	/** What the leader does, until another thread leads or the listener is stopped. */
	private void lead() {
		boolean leads = true;
		while (leads) {
			if (this.stopped) {
				withdraw();
				disconnect();
				leads = goesOn();
			}
			else {
				advance();
				leads = this.strategy.runReserved();
			}
		}
	}

	/** Ends the leading, unless it is wanted again by now. */
	private boolean goesOn() {
		this.lock.lock();
		try {
			this.led = !this.stopped;
			this.change.signalAll();
			return this.led;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Connects, or receives once, or waits for the next attempt. */
	private void advance() {
		try {
			ListeningSession listening = this.current;
			if (listening != null) {
				listening.receive();
			}
			else {
				connect();
			}
		}
		catch (Throwable ex) {
			this.strategy.handOffReserved();
			recover(ex);
		}
	}

	/**
	 * Whatever goes wrong, another attempt follows: else no thread would read any more.
	 */
	private void recover(Throwable cause) {
		try {
			disconnect();
			lost(cause);
		}
		catch (Throwable ex) {
			logger.error("{}: failed to clean up after a lost connection; connects again all the same", this.busName,
					ex);
		}
		backOff();
	}

	/**
	 * The database answers: ends the wait for the next attempt, if there is one, or if
	 * the attempt under way fails.
	 */
	public void retryNow() {
		this.wait.retryNow();
	}

	private void connect() throws SQLException {
		this.wait.beginAttempt();
		this.observer.onConnecting();
		Session opened = this.sessions.open();
		this.session = opened;
		this.observer.onSession(opened);
		ListeningSession listening = new ListeningSession(this.busName, opened, this.channels, this.router,
				this.observer, this.proofSender, this.timing, this.strategy, this.lastGood);
		this.current = listening;
		listening.begin();
	}

	private void withdraw() {
		ListeningSession listening = this.current;
		if (listening != null && listening.leavesTraces()) {
			listening.withdraw();
		}
	}

	private void disconnect() {
		ListeningSession listening = this.current;
		this.current = null;
		Session closing = this.session;
		this.session = null;
		try {
			if (listening != null) {
				listening.deliverRest();
				this.lastGood = listening.lastGood();
			}
		}
		finally {
			this.failures = (listening != null && listening.isProven()) ? 0 : this.failures + 1;
			if (closing != null) {
				closing.close();
			}
		}
	}

	private void backOff() {
		if (!this.stopped && this.failures > 0) {
			await(this.timing.backoff().delay(this.failures));
		}
	}

	private void lost(Throwable cause) {
		if (!this.stopped) {
			this.observer.onLost(cause);
		}
	}

	private void await(Duration delay) {
		try {
			this.wait.await(delay);
		}
		catch (InterruptedException ex) {
			// Only the bus, when it is closed, has a reason to interrupt this thread.
			logger.debug("{}: interrupted while waiting for the next attempt, which follows now", this.busName, ex);
		}
	}

	/**
	 * When a listener does what.
	 *
	 * @param backoff how long to wait between attempts to connect
	 * @param heartbeat how often to ask whether the registrations stand
	 * @param proofAge how old the last proof of delivery may be at a heartbeat
	 * @param always whether to ask under traffic too, since the server ends a session
	 * that does not
	 * @param clock gives the time of gaps
	 * @param ticker measures the waits
	 */
	public record Timing(Backoff backoff, Duration heartbeat, Duration proofAge, boolean always, Clock clock,
			Ticker ticker) {

	}

}
