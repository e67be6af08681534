package dev.pgevents.postgres.internal.wire;

import java.io.IOException;
import java.time.Clock;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Payload;
import dev.pgevents.PayloadCodec;
import org.jspecify.annotations.Nullable;

/**
 * Decodes notifications of which the channel says what they are:
 * {@code {"ch":"epoch_closed","app_id":1,"epoch_idx":7}}, as the services of a rollups
 * node write them, or its triggers, without an epoch. Unknown fields are skipped.
 * Thread-safe.
 */
final class StageDecoder {

	private final PayloadCodec codec;

	private final Clock clock;

	StageDecoder(PayloadCodec codec, Clock clock) {
		this.codec = codec;
		this.clock = clock;
	}

	/**
	 * Decodes a notification.
	 * @param type what its channel stands for
	 * @param notification the notification
	 * @return the event, with the payload that the event catalogue has for its type
	 * @throws IOException if it is not JSON, or too deeply nested
	 * @throws UnreadableNotificationException if it is not of this form
	 */
	Event decode(EventType type, String notification) throws IOException, UnreadableNotificationException {
		try (JsonParser parser = WireJson.parser(notification)) {
			return decode(type, parser);
		}
	}

	private Event decode(EventType type, JsonParser parser) throws IOException, UnreadableNotificationException {
		if (parser.nextToken() != JsonToken.START_OBJECT) {
			throw new UnreadableNotificationException("not a JSON object", null);
		}
		String appId = null;
		String epoch = null;
		String name;
		while ((name = parser.nextFieldName()) != null) {
			JsonToken value = parser.nextToken();
			switch (name) {
				case "app_id" -> appId = LenientDecoder.textOrNumber(parser, value, name);
				case "epoch_idx" -> epoch = index(parser, value, name);
				default -> parser.skipChildren();
			}
		}
		if (parser.nextToken() != null) {
			throw new UnreadableNotificationException("goes on after the JSON object", null);
		}
		return Event.builder(type).appId(appId).payload(payload(appId, epoch)).timestamp(this.clock.instant()).build();
	}

	/** Digits, as many as there are: an index may be larger than a long. */
	private static @Nullable String index(JsonParser parser, JsonToken value, String name)
			throws IOException, UnreadableNotificationException {
		if (value == JsonToken.VALUE_NUMBER_INT) {
			return parser.getText();
		}
		if (value == JsonToken.VALUE_NULL) {
			return null;
		}
		throw UnreadableNotificationException.ofField(name, LenientDecoder.inKind(value), "an integer or null");
	}

	private Payload payload(@Nullable String appId, @Nullable String epoch) {
		StringBuilder json = new StringBuilder("{");
		if (appId != null) {
			json.append("\"app\":\"");
			JsonStringEncoder.getInstance().quoteAsString(appId, json);
			json.append('"');
		}
		if (epoch != null) {
			json.append((appId != null) ? "," : "").append("\"epoch\":").append(epoch);
		}
		return Payload.ofJson(json.append('}').toString(), this.codec);
	}

}
