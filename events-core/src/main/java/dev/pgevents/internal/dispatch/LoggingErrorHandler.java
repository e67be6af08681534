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

	private final String busName;

	private final AtomicLong failures = new AtomicLong();

	/** For a subscription of the bus that has the name buses have of themselves. */
	public LoggingErrorHandler() {
		this("events");
	}

	LoggingErrorHandler(String busName) {
		this.busName = busName;
	}

	@Override
	public void onError(Subscription subscription, Delivery delivery, Throwable error) {
		long count = this.failures.incrementAndGet();
		if (count == 1) {
			logger.error("{}: handler of subscription {} failed for {}", this.busName, subscription.name(), delivery,
					error);
		}
		else if (Repetition.isLogged(count)) {
			logger.warn("{}: handler of subscription {} failed for {}, {} failures by now: {}", this.busName,
					subscription.name(), delivery, count, LogText.of(String.valueOf(error), LogText.MESSAGE));
		}
		else {
			logger.debug("{}: handler of subscription {} failed for {}", this.busName, subscription.name(), delivery,
					error);
		}
	}

}
