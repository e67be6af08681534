package dev.pgevents.postgres.internal.wire;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Payload;
import dev.pgevents.PayloadCodec;
import org.jspecify.annotations.Nullable;

/**
 * Decodes notifications of whatever layout: fields in any order, unknown ones among them,
 * all but {@code type} optional. Thread-safe.
 */
final class LenientDecoder {

	private final JsonFactory json = WireJson.factory(WireJson.NESTING);

	private final PayloadCodec codec;

	private final Payload noPayload;

	private final Clock clock;

	LenientDecoder(PayloadCodec codec, Clock clock) {
		this.codec = codec;
		this.noPayload = NotificationDecoder.noPayload(codec);
		this.clock = clock;
	}

	/**
	 * Decodes a notification.
	 * @param notification the notification
	 * @return the event
	 * @throws IOException if it is not JSON, or too deeply nested
	 * @throws UnreadableNotificationException if it is not of the wire format
	 * @throws IllegalArgumentException if a field has an invalid value
	 * @throws java.time.DateTimeException if the timestamp is none
	 */
	Event decode(String notification) throws IOException, UnreadableNotificationException {
		try (JsonParser parser = this.json.createParser(notification)) {
			return decode(parser, notification);
		}
	}

	private Event decode(JsonParser parser, String notification) throws IOException, UnreadableNotificationException {
		if (parser.nextToken() != JsonToken.START_OBJECT) {
			throw new UnreadableNotificationException("not a JSON object", null);
		}
		Fields fields = new Fields(this.noPayload);
		String name;
		while ((name = parser.nextFieldName()) != null) {
			JsonToken value = parser.nextToken();
			switch (name) {
				case "id" -> fields.id = text(parser, value, name);
				case "type" -> fields.type = text(parser, value, name);
				case "app_id" -> fields.appId = textOrNumber(parser, value, name);
				case "timestamp" -> fields.timestamp = text(parser, value, name);
				case "headers" -> fields.headers = headers(parser, value);
				case "payload" -> fields.payload = payload(parser, value, notification);
				default -> parser.skipChildren();
			}
		}
		if (parser.nextToken() != null) {
			throw new UnreadableNotificationException("goes on after the JSON object", null);
		}
		return event(fields);
	}

	private Event event(Fields fields) throws UnreadableNotificationException {
		if (fields.type == null) {
			throw new UnreadableNotificationException("field type is missing", null);
		}
		EventType type = EventType.of(fields.type);
		Instant timestamp = (fields.timestamp != null) ? Timestamps.parse(fields.timestamp) : this.clock.instant();
		if (fields.id != null) {
			return new Event(UUID.fromString(fields.id), type, fields.appId, fields.payload, timestamp, fields.headers);
		}
		return Event.builder(type)
			.appId(fields.appId)
			.payload(fields.payload)
			.timestamp(timestamp)
			.headers(fields.headers)
			.build();
	}

	private static @Nullable String text(JsonParser parser, JsonToken value, String name)
			throws IOException, UnreadableNotificationException {
		if (value == JsonToken.VALUE_STRING) {
			return parser.getText();
		}
		if (value == JsonToken.VALUE_NULL) {
			return null;
		}
		throw new UnreadableNotificationException("field " + name + " is not text", null);
	}

	private static @Nullable String textOrNumber(JsonParser parser, JsonToken value, String name)
			throws IOException, UnreadableNotificationException {
		return value.isNumeric() ? parser.getText() : text(parser, value, name);
	}

	private static Map<String, String> headers(JsonParser parser, JsonToken value)
			throws IOException, UnreadableNotificationException {
		if (value == JsonToken.VALUE_NULL) {
			return Map.of();
		}
		if (value != JsonToken.START_OBJECT) {
			throw new UnreadableNotificationException("field headers is not an object", null);
		}
		Map<String, String> headers = new HashMap<>();
		String name;
		while ((name = parser.nextFieldName()) != null) {
			String header = text(parser, parser.nextToken(), "headers");
			if (header != null) {
				headers.put(name, header);
			}
			else {
				headers.remove(name);
			}
		}
		return headers;
	}

	private Payload payload(JsonParser parser, JsonToken value, String notification) throws IOException {
		if (value == JsonToken.VALUE_NULL) {
			return this.noPayload;
		}
		int start = (int) parser.currentTokenLocation().getCharOffset();
		if (value.isStructStart()) {
			parser.skipChildren();
		}
		else {
			parser.finishToken();
		}
		int end = (int) parser.currentLocation().getCharOffset();
		return Payload.ofJson(notification.substring(start, end).strip(), this.codec);
	}

	private static final class Fields {

		private @Nullable String id;

		private @Nullable String type;

		private @Nullable String appId;

		private @Nullable String timestamp;

		private Map<String, String> headers = Map.of();

		private Payload payload;

		Fields(Payload noPayload) {
			this.payload = noPayload;
		}

	}

}
