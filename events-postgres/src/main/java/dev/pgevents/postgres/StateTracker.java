package dev.pgevents.postgres;

import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.locks.ReentrantLock;

import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knows the connection's state, logs each change once, and tells the listener.
 */
final class StateTracker {

	private static final Logger logger = LoggerFactory.getLogger(PostgresEventBus.class);

	private final String busName;

	private final ConnectionListener listener;

	private final ReentrantLock lock = new ReentrantLock();

	private final Clock clock;

	private volatile ConnectionStatus status;

	private int failures;

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

	void listening() {
		this.failures = 0;
		if (change(ConnectionState.LISTENING, null)) {
			logger.info("{}: listening, delivery proven", this.busName);
		}
	}

	void connecting() {
		if (state() != ConnectionState.BACKING_OFF && change(ConnectionState.CONNECTING, null)) {
			logger.debug("{}: connecting", this.busName);
		}
	}

	void deaf(String reason) {
		if (change(ConnectionState.DEAF, reason)) {
			logger.error("{}: not receiving events: {}", this.busName, reason);
		}
	}

	void lost(Throwable cause) {
		this.failures++;
		change(ConnectionState.BACKING_OFF, cause.getMessage());
		if (this.failures == 1) {
			logger.warn("{}: listening connection lost or refused, trying again for ever; subscriptions are told of "
					+ "the gap", this.busName, cause);
		}
		else {
			logger.debug("{}: attempt to connect failed, number {}", this.busName, this.failures, cause);
		}
	}

	void closed() {
		if (change(ConnectionState.CLOSED, null)) {
			logger.info("{}: closed", this.busName);
		}
	}

	private boolean change(ConnectionState next, @Nullable String problem) {
		ConnectionState previous = exchange(next, problem);
		if (previous == null) {
			return false;
		}
		try {
			this.listener.onStateChange(previous, next);
		}
		catch (RuntimeException ex) {
			logger.error("{}: connection listener failed", this.busName, ex);
		}
		return true;
	}

	private @Nullable ConnectionState exchange(ConnectionState next, @Nullable String problem) {
		this.lock.lock();
		try {
			ConnectionStatus previous = this.status;
			if (previous.state() == ConnectionState.CLOSED) {
				return null;
			}
			this.status = next(previous, next, problem);
			return (previous.state() != next) ? previous.state() : null;
		}
		finally {
			this.lock.unlock();
		}
	}

	private ConnectionStatus next(ConnectionStatus previous, ConnectionState next, @Nullable String problem) {
		if (next == ConnectionState.LISTENING) {
			return new ConnectionStatus(next, null, null);
		}
		Instant since = previous.notDeliveringSince();
		return new ConnectionStatus(next, (since != null) ? since : this.clock.instant(),
				(problem != null) ? problem : previous.problem());
	}

}
