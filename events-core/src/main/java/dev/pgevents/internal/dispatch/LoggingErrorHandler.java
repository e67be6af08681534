package dev.pgevents.internal.dispatch;

import java.util.concurrent.atomic.AtomicLong;

import dev.pgevents.Delivery;
import dev.pgevents.EventErrorHandler;
import dev.pgevents.Subscription;
import dev.pgevents.internal.log.LogText;
import dev.pgevents.internal.log.Repetition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs the first failure of a subscription's handler with its stack trace and the others
 * with their count: at WARN when it is a power of two, at DEBUG otherwise. Thread-safe.
 *
 * @since 0.1
 */
public final class LoggingErrorHandler implements EventErrorHandler {

	private static final Logger logger = LoggerFactory.getLogger(LoggingErrorHandler.class);

	private final AtomicLong failures = new AtomicLong();

	@Override
	public void onError(Subscription subscription, Delivery delivery, Throwable error) {
		long count = this.failures.incrementAndGet();
		if (count == 1) {
			logger.error("{}: handler of subscription {} failed for {}", busName(subscription), subscription.name(),
					delivery, error);
		}
		else if (Repetition.isLogged(count)) {
			logger.warn("{}: handler of subscription {} failed for {}, {} failures by now: {}", busName(subscription),
					subscription.name(), delivery, count, LogText.of(String.valueOf(error), LogText.MESSAGE));
		}
		else {
			logger.debug("{}: handler of subscription {} failed for {}", busName(subscription), subscription.name(),
					delivery, error);
		}
	}

	/** Subscriptions of a user's own are of the bus that is called as if never named. */
	private static String busName(Subscription subscription) {
		return (subscription instanceof AbstractSubscription own) ? own.bus.busName() : "events";
	}

}
