package dev.pgevents.postgres.internal.wire;

import java.nio.charset.StandardCharsets;
import java.util.Map;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import dev.pgevents.Event;
import dev.pgevents.Payload;
import dev.pgevents.PayloadCodec;
import dev.pgevents.PayloadConversionException;
import dev.pgevents.PayloadTooLargeException;
import org.jspecify.annotations.Nullable;

/**
 * Encodes events as notifications and holds them to PostgreSQL's limit. Thread-safe.
 */
public final class NotificationEncoder {

	/**
	 * The largest notification, in bytes of the database's encoding. PostgreSQL's
	 * {@code NOTIFY_PAYLOAD_MAX_LENGTH} is 8000 and must not be reached
	 * ({@code src/backend/commands/async.c}).
	 */
	public static final int MAX_BYTES = 7999;

	private static final int ENVELOPE_SIZE = 192;

	/** How many bytes a {@code char} may need: pairs of surrogates need four. */
	private static final int MAX_UTF8_LENGTH = 3;

	private final PayloadCodec codec;

	private final int reserved;

	/** The field that says who has published, or nothing. */
	private final String publishedBy;

	private final JsonStringEncoder strings = JsonStringEncoder.getInstance();

	private volatile Encoding encoding = Encoding.UNKNOWN;

	/**
	 * Creates an encoder.
	 * @param codec writes payloads that are not JSON yet
	 */
	public NotificationEncoder(PayloadCodec codec) {
		this(codec, 0, null);
	}

	/**
	 * Creates an encoder of notifications to which something is added before they are
	 * sent.
	 * @param codec writes payloads that are not JSON yet
	 * @param reserved how many bytes are added: a notification may be shorter by so much
	 * @param instanceId the bus that publishes, in letters and digits, or null to say
	 * nothing of it
	 */
	public NotificationEncoder(PayloadCodec codec, int reserved, @Nullable String instanceId) {
		this.codec = codec;
		this.reserved = reserved;
		this.publishedBy = (instanceId != null) ? ",\"by\":\"" + instanceId + '"' : "";
	}

	/**
	 * Sets the encoding in which the database stores text. In a database that is not
	 * UTF-8, text beyond ASCII is written as JSON escapes, so that every character passes
	 * and a character is a byte; and so it is where it fits, until this is known.
	 * @param encoding the server's {@code server_encoding}
	 */
	public void serverEncoding(String encoding) {
		this.encoding = "UTF8".equals(encoding) ? Encoding.UTF8 : Encoding.OTHER;
	}

	/**
	 * Encodes an event.
	 * @param event the event
	 * @return one JSON object of at most {@link #MAX_BYTES} bytes
	 * @throws PayloadConversionException if the payload cannot be written
	 * @throws PayloadTooLargeException if the notification would be too large
	 */
	public String encode(Event event) {
		return encode(event, MAX_BYTES);
	}

	/**
	 * Encodes an event that may be larger than a notification.
	 * @param event the event
	 * @param maxBytes how large it may be
	 * @return one JSON object of at most so many bytes
	 * @throws PayloadConversionException if the payload cannot be written
	 * @throws PayloadTooLargeException if it would be too large
	 */
	public String encode(Event event, int maxBytes) {
		return checked(event, json(event, payload(event.payload()), 0), maxBytes);
	}

	/**
	 * Encodes an event with a mark, where there is room for it.
	 * @param event the event
	 * @param mark makes the notification differ from equal ones, see {@link RepeatMark}
	 * @return as of {@link #encode(Event)}
	 * @throws PayloadConversionException if the payload cannot be written
	 * @throws PayloadTooLargeException if the notification would be too large unmarked
	 */
	public String encodeMarked(Event event, int mark) {
		String payload = payload(event.payload());
		String marked = json(event, payload, mark);
		return fits(marked) ? marked : checked(event, json(event, payload, 0), MAX_BYTES);
	}

	/**
	 * Whether a notification may be sent.
	 * @param notification what {@link #encode} has returned, maybe with a field more
	 * @return whether it has at most {@link #MAX_BYTES} bytes
	 */
	public boolean fits(String notification) {
		return notification.length() * MAX_UTF8_LENGTH + this.reserved <= MAX_BYTES || bytes(notification) <= MAX_BYTES;
	}

	/**
	 * The size of a notification.
	 * @param notification what {@link #encode} has returned, maybe with a field more
	 * @return how many bytes are sent, with those that were reserved
	 */
	public int bytes(String notification) {
		return utf8Length(notification) + this.reserved;
	}

	private String json(Event event, String payload, int mark) {
		StringBuilder json = new StringBuilder(ENVELOPE_SIZE + payload.length());
		if (mark > 0) {
			RepeatMark.begin(mark, json);
		}
		else {
			json.append('{');
		}
		json.append("\"id\":\"").append(event.id()).append("\",\"type\":\"").append(event.type().value());
		json.append("\",\"app_id\":");
		if (event.appId() != null) {
			quoted(event.appId(), json);
		}
		else {
			json.append("null");
		}
		json.append(",\"timestamp\":\"");
		Timestamps.append(event.timestamp(), json);
		json.append('"').append(this.publishedBy);
		if (!event.headers().isEmpty()) {
			headers(event.headers(), json);
		}
		json.append(",\"payload\":").append(payload).append('}');
		Encoding known = this.encoding;
		String notification = escaped(json, known != Encoding.UTF8);
		if (known == Encoding.UNKNOWN && notification.length() + this.reserved > MAX_BYTES) {
			notification = escaped(json, false);
		}
		return notification;
	}

	private String checked(Event event, String notification, int maxBytes) {
		int bytes = bytes(notification);
		if (bytes > maxBytes) {
			throw new PayloadTooLargeException(event.type(), bytes, maxBytes);
		}
		return notification;
	}

	private String payload(Payload payload) {
		String json = payload.toJson(this.codec);
		if (payload.isJson()) {
			JsonValues.check(json);
		}
		return json;
	}

	private void headers(Map<String, String> headers, StringBuilder json) {
		json.append(",\"headers\":");
		char separator = '{';
		for (Map.Entry<String, String> header : headers.entrySet()) {
			json.append(separator);
			quoted(header.getKey(), json);
			json.append(':');
			quoted(header.getValue(), json);
			separator = ',';
		}
		json.append('}');
	}

	private void quoted(String text, StringBuilder json) {
		json.append('"');
		this.strings.quoteAsString(text, json);
		json.append('"');
	}

	/**
	 * Escapes what does not pass as it is: the unpaired half of a surrogate pair, which
	 * no encoding has, and whatever is beyond ASCII where the database is not UTF-8. In
	 * JSON that can only stand inside of strings.
	 */
	private static String escaped(StringBuilder json, boolean asciiOnly) {
		StringBuilder escaped = null;
		int copied = 0;
		for (int i = 0; i < json.length(); i++) {
			char c = json.charAt(i);
			if (c < 0x80 || (!asciiOnly && !isUnpaired(json, i))) {
				continue;
			}
			escaped = (escaped != null) ? escaped : new StringBuilder(json.length() + 64);
			escaped.append(json, copied, i).append(String.format("\\u%04x", (int) c));
			copied = i + 1;
		}
		return (escaped != null) ? escaped.append(json, copied, json.length()).toString() : json.toString();
	}

	private static boolean isUnpaired(CharSequence text, int index) {
		char c = text.charAt(index);
		if (Character.isHighSurrogate(c)) {
			return index + 1 == text.length() || !Character.isLowSurrogate(text.charAt(index + 1));
		}
		return Character.isLowSurrogate(c) && (index == 0 || !Character.isHighSurrogate(text.charAt(index - 1)));
	}

	private static int utf8Length(String text) {
		int limit = text.length();
		for (int i = 0; i < limit; i++) {
			if (text.charAt(i) >= 0x80) {
				return text.getBytes(StandardCharsets.UTF_8).length;
			}
		}
		return limit;
	}

	/** What the database stores text in. */
	private enum Encoding {

		UNKNOWN, UTF8, OTHER

	}

}
