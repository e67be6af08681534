package dev.pgevents.console;

import java.time.Instant;
import java.util.Map;

import dev.pgevents.Event;
import org.jspecify.annotations.Nullable;

/**
 * An event as the page shows it.
 *
 * @param id its id
 * @param type its type
 * @param app its app id, or null
 * @param published when it was published, by its publisher's clock
 * @param ms milliseconds from then until here
 * @param channel the channel it would be sent on, or null where there is none
 * @param headers its headers, or null where payloads are not to be shown
 * @param payload its payload as JSON, or null where payloads are not to be shown
 */
record FeedEvent(String id, String type, @Nullable String app, Instant published, double ms, @Nullable String channel,
		@Nullable Map<String, String> headers, @Nullable String payload) {

	static FeedEvent of(Received received, @Nullable String channel, @Nullable String payload) {
		Event event = received.event();
		return new FeedEvent(event.id().toString(), event.type().value(), event.appId(), event.timestamp(),
				received.latency().toNanos() / 1e6, channel, (payload != null) ? event.headers() : null, payload);
	}

}
