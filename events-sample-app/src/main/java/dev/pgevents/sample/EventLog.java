package dev.pgevents.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;

import dev.pgevents.Event;
import dev.pgevents.Gap;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.OnGap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.stereotype.Component;

/**
 * Writes a line for each event, with the time from its publication to here.
 */
@Component
class EventLog {

	private static final Logger logger = LoggerFactory.getLogger(EventLog.class);

	EventLog() {
		logger.info("A line for each event, with the time from publish, in the publisher's transaction, to handler");
	}

	@OnDomainEvent
	void on(Event event, Map<String, Object> payload) {
		double latency = Duration.between(event.timestamp(), Instant.now()).toNanos() / 1e6;
		logger.info(String.format(Locale.ROOT, "%-24s app %-4s %-22s %7.2f ms", event.type(), event.appId(),
				text(payload), latency));
	}

	@OnGap
	void on(Gap gap) {
		logger.warn("events may be missing: {}; the services look for themselves", gap);
	}

	private static String text(Map<String, Object> payload) {
		String epoch = payload.containsKey("epoch") ? "epoch " + payload.get("epoch") : "";
		return payload.containsKey("input") ? epoch + " input " + payload.get("input") : epoch;
	}

}
