package dev.pgevents.postgres;

import java.util.concurrent.atomic.AtomicLong;

import dev.pgevents.internal.log.Repetition;
import dev.pgevents.postgres.internal.wire.RefusedNotificationException;
import dev.pgevents.postgres.internal.wire.UnreadableNotificationException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the notifications that could not be read, and logs some of them: any client may
 * send any number. Thread-safe.
 */
final class UnreadableNotifications {

	private static final Logger logger = LoggerFactory.getLogger(PostgresEventBus.class);

	private final String busName;

	/** Those not refused. */
	private final AtomicLong unreadable = new AtomicLong();

	private final AtomicLong refused = new AtomicLong();

	UnreadableNotifications(String busName) {
		this.busName = busName;
	}

	void add(int length, UnreadableNotificationException reason) {
		if (reason instanceof RefusedNotificationException) {
			addRefused(length, reason);
		}
		else {
			addUnreadable(length, reason);
		}
	}

	private void addRefused(int length, UnreadableNotificationException reason) {
		long count = this.refused.incrementAndGet();
		if (Repetition.isLogged(count)) {
			logger.warn(
					"{}: a notification of {} characters was refused: {}; {} by now, subscriptions get the "
							+ "gap. Either a service does not sign, or with a key that is not accepted here (in Spring "
							+ "Boot: events.security.signing-key), or something else uses the channel",
					this.busName, length, reason.getMessage(), count);
		}
	}

	private void addUnreadable(int length, UnreadableNotificationException reason) {
		long count = this.unreadable.incrementAndGet();
		if (Repetition.isLogged(count)) {
			logger.warn(
					"{}: a notification of {} characters cannot be read: {}; {} by now, subscriptions get " + "the gap",
					this.busName, length, reason.getMessage(), count);
		}
	}

	/** How many there were, those refused among them. */
	long count() {
		return this.unreadable.get() + this.refused.get();
	}

	/** How many were not signed as they have to be. */
	long refused() {
		return this.refused.get();
	}

}
