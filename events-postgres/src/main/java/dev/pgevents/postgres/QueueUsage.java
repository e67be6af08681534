package dev.pgevents.postgres;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs when the server's notification queue fills, and when it has room again, once each.
 * For one thread at a time.
 */
final class QueueUsage {

	private static final Logger logger = LoggerFactory.getLogger(PostgresEventBus.class);

	/** PostgreSQL itself begins to warn at this usage of the queue. */
	private static final double FILLING = 0.5;

	private final String busName;

	private boolean filling;

	QueueUsage(String busName) {
		this.busName = busName;
	}

	void is(double usage) {
		boolean fillsNow = usage >= FILLING;
		if (fillsNow && !this.filling) {
			logger.warn("{}: the server's notification queue is {} % full; once it is full every NOTIFY fails. A "
					+ "session that listens is sitting in a long transaction, or does not read what it is sent, see "
					+ "pg_stat_activity", this.busName, Math.round(usage * 100));
		}
		else if (!fillsNow && this.filling) {
			logger.info("{}: the server's notification queue is {} % full again", this.busName,
					Math.round(usage * 100));
		}
		this.filling = fillsNow;
	}

}
