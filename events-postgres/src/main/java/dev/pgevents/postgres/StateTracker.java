package dev.pgevents.postgres;

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

	private volatile ConnectionState state = ConnectionState.CONNECTING;

	private int failures;

	StateTracker(String busName, ConnectionListener listener) {
		this.busName = busName;
		this.listener = listener;
	}

	ConnectionState state() {
		return this.state;
	}

	void listening() {
		this.failures = 0;
		if (change(ConnectionState.LISTENING)) {
			logger.info("{}: listening, delivery proven", this.busName);
		}
	}

	void connecting() {
		if (this.state != ConnectionState.BACKING_OFF && change(ConnectionState.CONNECTING)) {
			logger.debug("{}: connecting", this.busName);
		}
	}

	void deaf(String reason) {
		if (change(ConnectionState.DEAF)) {
			logger.error("{}: not receiving events: {}", this.busName, reason);
		}
	}

	void lost(Throwable cause) {
		this.failures++;
		change(ConnectionState.BACKING_OFF);
		if (this.failures == 1) {
			logger.warn("{}: listening connection lost or refused, trying again for ever; subscriptions are told of "
					+ "the gap", this.busName, cause);
		}
		else {
			logger.debug("{}: attempt to connect failed, number {}", this.busName, this.failures, cause);
		}
	}

	void closed() {
		if (change(ConnectionState.CLOSED)) {
			logger.info("{}: closed", this.busName);
		}
	}

	private boolean change(ConnectionState next) {
		ConnectionState previous = exchange(next);
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

	private @Nullable ConnectionState exchange(ConnectionState next) {
		this.lock.lock();
		try {
			ConnectionState previous = this.state;
			if (previous == next || previous == ConnectionState.CLOSED) {
				return null;
			}
			this.state = next;
			return previous;
		}
		finally {
			this.lock.unlock();
		}
	}

}
