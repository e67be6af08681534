package dev.pgevents.postgres.internal.wire;

import java.io.IOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;

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
	 */
	Event decode(String notification) throws IOException, UnreadableNotificationException {
		try (JsonParser parser = WireJson.parser(notification)) {
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
				case "by" ->
					fields.publishedBy = (value == JsonToken.VALUE_STRING) ? parser.getText() : skipped(parser);
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
		EventType type = type(fields.type);
		Instant timestamp = (fields.timestamp != null) ? timestamp(fields.timestamp) : this.clock.instant();
		UUID id = (fields.id != null) ? id(fields.id) : Event.builder(type).build().id();
		return new Event(id, type, fields.appId, fields.payload, timestamp, fields.headers, null, fields.publishedBy);
	}

	private static EventType type(String text) throws UnreadableNotificationException {
		try {
			return EventType.of(text);
		}
		catch (IllegalArgumentException ex) {
			throw UnreadableNotificationException.ofField("type", inKind(text),
					"lower-case words of [a-z0-9_] joined by dots, at most " + EventType.MAX_LENGTH + " characters");
		}
	}

	private static UUID id(String text) throws UnreadableNotificationException {
		try {
			return UUID.fromString(text);
		}
		catch (IllegalArgumentException ex) {
			throw UnreadableNotificationException.ofField("id", inKind(text), "a UUID, or to be left out");
		}
	}

	private static Instant timestamp(String text) throws UnreadableNotificationException {
		try {
			return Timestamps.parse(text);
		}
		catch (DateTimeException ex) {
			String kind = PostgresTimestamps.kind(text);
			throw UnreadableNotificationException.ofField("timestamp", (kind != null) ? kind : inKind(text),
					"a time with its zone, 2026-01-19T10:00:00Z or 2026-01-19 10:00:00+00");
		}
	}

	private static String inKind(String text) {
		return text.isEmpty() ? "an empty text" : "a text of " + text.length() + " characters that is none";
	}

	static String inKind(JsonToken value) {
		return switch (value) {
			case VALUE_STRING -> "a text";
			case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> "a number";
			case VALUE_TRUE, VALUE_FALSE -> "true or false";
			case VALUE_NULL -> "null";
			case START_ARRAY -> "an array";
			default -> "an object";
		};
	}

	/** Others may have a field of this name, and mean something else by it. */
	private static @Nullable String skipped(JsonParser parser) throws IOException {
		parser.skipChildren();
		return null;
	}

	private static @Nullable String text(JsonParser parser, JsonToken value, String name)
			throws IOException, UnreadableNotificationException {
		if (value == JsonToken.VALUE_STRING) {
			return parser.getText();
		}
		if (value == JsonToken.VALUE_NULL) {
			return null;
		}
		throw UnreadableNotificationException.ofField(name, inKind(value),
				"text" + (name.equals("app_id") ? ", a number or null" : " or null"));
	}

	static @Nullable String textOrNumber(JsonParser parser, JsonToken value, String name)
			throws IOException, UnreadableNotificationException {
		return value.isNumeric() ? parser.getText() : text(parser, value, name);
	}

	private static Map<String, String> headers(JsonParser parser, JsonToken value)
			throws IOException, UnreadableNotificationException {
		if (value == JsonToken.VALUE_NULL) {
			return Map.of();
		}
		if (value != JsonToken.START_OBJECT) {
			throw UnreadableNotificationException.ofField("headers", inKind(value), "an object of texts, or null");
		}
		Map<String, String> headers = new HashMap<>();
		String name;
		while ((name = parser.nextFieldName()) != null) {
			String header = header(parser, parser.nextToken());
			if (header != null) {
				headers.put(name, header);
			}
			else {
				headers.remove(name);
			}
		}
		return headers;
	}

	private static @Nullable String header(JsonParser parser, JsonToken value)
			throws IOException, UnreadableNotificationException {
		if (value != JsonToken.VALUE_STRING && value != JsonToken.VALUE_NULL) {
			throw UnreadableNotificationException.ofField("headers", inKind(value) + " under one of its names",
					"a text under each");
		}
		return text(parser, value, "headers");
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

		private @Nullable String publishedBy;

		private Map<String, String> headers = Map.of();

		private Payload payload;

		Fields(Payload noPayload) {
			this.payload = noPayload;
		}

	}

}
