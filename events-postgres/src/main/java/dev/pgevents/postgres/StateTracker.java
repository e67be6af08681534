package dev.pgevents.postgres;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;

import dev.pgevents.internal.log.LogText;
import dev.pgevents.internal.util.Announcements;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows the connection's state, logs each change once, and calls the listener.
 */
final class StateTracker {

	private static final Logger logger = LoggerFactory.getLogger(PostgresEventBus.class);

	private static final String LOST = "{}: listening connection lost or refused, trying again for ever; subscriptions are "
			+ "given the gap: {}";

	/** How far causes are followed, which may go round in a circle. */
	private static final int CAUSES = 10;

	private final String busName;

	private final ConnectionListener listener;

	private final ReentrantLock lock = new ReentrantLock();

	private final Clock clock;

	private volatile ConnectionStatus status;

	private final Announcements announcements = new Announcements();

	private volatile BusStatus.Delivery delivery = new BusStatus.Delivery(null, null, null);

	private int failures;

	/** Whether anybody has seen it: not where it has never been resumed. */
	private volatile boolean used;

	StateTracker(String busName, ConnectionListener listener, Clock clock) {
		this.busName = busName;
		this.listener = listener;
		this.clock = clock;
		this.status = new ConnectionStatus(ConnectionState.CONNECTING, clock.instant(), null);
	}

	ConnectionStatus status() {
		return this.status;
	}

	ConnectionState state() {
		return this.status.state();
	}

	BusStatus.Delivery delivery() {
		return this.delivery;
	}

	/** Which server there is a connection to. */
	void server(@Nullable String version) {
		this.delivery = new BusStatus.Delivery(this.delivery.provenAt(), this.delivery.provenIn(), version);
	}

	/** A notification of the bus's own has come back. */
	void proven(Duration took) {
		this.delivery = new BusStatus.Delivery(this.clock.instant(), took, this.delivery.serverVersion());
		listening();
	}

	void listening() {
		this.failures = 0;
		if (change(ConnectionState.LISTENING, null)) {
			logger.info("{}: listening, delivery proven", this.busName);
		}
	}

	void connecting() {
		this.used = true;
		if (state() != ConnectionState.BACKING_OFF && change(ConnectionState.CONNECTING, null)) {
			logger.debug("{}: connecting", this.busName);
		}
	}

	/** Made again, which is not yet proof that anything arrives. */
	void connected() {
		if (state() == ConnectionState.BACKING_OFF && change(ConnectionState.CONNECTING, null)) {
			logger.debug("{}: connected again, delivery not yet proven", this.busName);
		}
	}

	/** Listening is switched off. */
	void off(String reason) {
		this.used = true;
		if (change(ConnectionState.DEAF, reason)) {
			logger.info("{}: not listening: {}", this.busName, reason);
		}
	}

	void deaf(String reason) {
		if (change(ConnectionState.DEAF, reason)) {
			logger.error("{}: not receiving events: {}", this.busName, reason);
		}
	}

	void lost(Throwable cause) {
		this.failures++;
		String problem = problem(cause);
		change(ConnectionState.BACKING_OFF, problem);
		boolean first = this.failures == 1;
		if (first && isOrdinary(cause)) {
			logger.warn(LOST, this.busName, problem);
		}
		else if (first) {
			logger.warn(LOST, this.busName, problem, cause);
		}
		if (!first || isOrdinary(cause)) {
			logger.debug("{}: attempt to connect failed, number {}", this.busName, this.failures, cause);
		}
	}

	/** Where it happens in the driver says nothing more. */
	private static boolean isOrdinary(Throwable cause) {
		return cause instanceof SQLException;
	}

	/**
	 * In one line: a server may have written it, or what answers in its place. What the
	 * driver says alone may be "The connection attempt failed."
	 */
	private static String problem(Throwable failure) {
		String problem = said(failure);
		Throwable root = root(failure);
		return problem.contains(said(root)) ? problem
				: problem + " (" + root.getClass().getSimpleName() + ": " + said(root) + ")";
	}

	private static String said(Throwable failure) {
		String message = failure.getMessage();
		return LogText.of((message != null) ? message : failure.getClass().getName(), LogText.MESSAGE);
	}

	private static Throwable root(Throwable failure) {
		Throwable root = failure;
		for (int i = 0; i < CAUSES && root.getCause() != null; i++) {
			root = root.getCause();
		}
		return root;
	}

	/** Nothing was connected yet. */
	void notStarted() {
		change(ConnectionState.STOPPED, null);
	}

	/** Until the bus is resumed. */
	void stopped() {
		this.failures = 0;
		if (change(ConnectionState.STOPPED, null)) {
			logger.info("{}: stopped, the connections are closed", this.busName);
		}
	}

	void closed() {
		if (change(ConnectionState.CLOSED, null) && this.used) {
			logger.info("{}: closed", this.busName);
		}
	}

	private boolean change(ConnectionState next, @Nullable String problem) {
		boolean changed = exchange(next, problem);
		this.announcements.make();
		return changed;
	}

	private boolean exchange(ConnectionState next, @Nullable String problem) {
		this.lock.lock();
		try {
			ConnectionStatus previous = this.status;
			if (previous.state() == ConnectionState.CLOSED || isTooLate(previous.state(), next)) {
				return false;
			}
			this.status = next(previous, next, problem);
			boolean changed = previous.state() != next;
			if (changed) {
				this.announcements.add(() -> announce(previous.state(), next));
			}
			return changed;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** What happens to a connection that is being let go of counts no more. */
	private static boolean isTooLate(ConnectionState previous, ConnectionState next) {
		return previous == ConnectionState.STOPPED && next != ConnectionState.CONNECTING
				&& next != ConnectionState.CLOSED;
	}

	private void announce(ConnectionState previous, ConnectionState current) {
		try {
			this.listener.onStateChange(previous, current);
		}
		catch (RuntimeException | Error ex) {
			logger.error("{}: connection listener failed", this.busName, ex);
		}
	}

	private ConnectionStatus next(ConnectionStatus previous, ConnectionState next, @Nullable String problem) {
		if (next == ConnectionState.LISTENING) {
			return new ConnectionStatus(next, null, null);
		}
		boolean anew = previous.state() == ConnectionState.STOPPED || next == ConnectionState.STOPPED;
		Instant since = anew ? null : previous.notDeliveringSince();
		return new ConnectionStatus(next, (since != null) ? since : this.clock.instant(),
				(problem != null || anew) ? problem : previous.problem());
	}

}
