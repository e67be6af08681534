package dev.pgevents.sample;

import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

import dev.pgevents.Event;
import dev.pgevents.Gap;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.OnGap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.stereotype.Component;

/**
 * Writes a line for each event, with the time from its publication, inside the
 * publisher's transaction, to here.
 */
@Component
class EventLog {

	private static final Logger logger = LoggerFactory.getLogger(EventLog.class);

	private static final String COLUMNS = "%-24s %-4s %-22s %10s";

	EventLog() {
		logger.info(String.format(Locale.ROOT, COLUMNS, "event", "app", "payload", "latency"));
	}

	@OnDomainEvent
	void on(Event event) {
		logger.info(line(event, Instant.now()));
	}

	@OnGap
	void on(Gap gap) {
		logger.warn("events of {} ms may be missing ({}): the services look at the tables",
				Duration.between(gap.since(), gap.until()).toMillis(), gap.reason());
	}

	/**
	 * The line, free of what a terminal obeys: any role of the database may send an
	 * event, of any time.
	 */
	static String line(Event event, Instant now) {
		Duration sincePublished = Duration.between(event.timestamp(), now);
		double latency = sincePublished.toSeconds() * 1e3 + sincePublished.toNanosPart() / 1e6;
		return String
			.format(Locale.ROOT, COLUMNS, event.type(), Objects.requireNonNullElse(event.appId(), "-"),
					text(event.payload().as(Object.class)), String.format(Locale.ROOT, "%.2f ms", latency))
			.replaceAll("[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Zl}\\p{Zp}]", "?");
	}

	private static String text(@Nullable Object payload) {
		if (payload instanceof Map<?, ?> fields) {
			return fields.entrySet()
				.stream()
				.filter((field) -> !field.getKey().equals("app"))
				.map((field) -> field.getKey() + " " + field.getValue())
				.collect(Collectors.joining(", "));
		}
		return (payload != null) ? payload.toString() : "";
	}

}
