package dev.pgevents.postgres.internal.wire;

import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Payload;
import dev.pgevents.PayloadCodec;
import org.jspecify.annotations.Nullable;

/**
 * Decodes notifications laid out as {@link NotificationEncoder} lays them out: most of
 * those that arrive, in a fraction of a parser's time. Whatever differs in the least,
 * such as text with an escape in the envelope, is left to {@link LenientDecoder}.
 * Thread-safe.
 */
final class OwnLayoutDecoder {

	private static final String ID = "{\"id\":\"";

	private static final int ID_END = ID.length() + 36;

	private static final String TYPE = "\",\"type\":\"";

	private static final int TYPE_START = ID_END + TYPE.length();

	private static final String APP = "\",\"app_id\":";

	private static final String NO_APP = "null";

	private static final String TIMESTAMP = ",\"timestamp\":\"";

	private static final String BY = ",\"by\":\"";

	private static final String HEADERS = ",\"headers\":{";

	private static final String PAYLOAD = ",\"payload\":";

	private static final String NO_PAYLOAD = "null";

	private static final byte[] HEX_DIGITS = hexDigits();

	private final RecurringTexts<EventType> types = new RecurringTexts<>(EventType::of);

	private final RecurringTexts<String> apps = new RecurringTexts<>(Function.identity());

	private final RecurringTexts<String> publishers = new RecurringTexts<>(Function.identity());

	private final RecurringTexts<String> headerNames = new RecurringTexts<>(Function.identity());

	private final PayloadCodec codec;

	private final Payload noPayload;

	OwnLayoutDecoder(PayloadCodec codec) {
		this.codec = codec;
		this.noPayload = NotificationDecoder.noPayload(codec);
	}

	/**
	 * Decodes a notification.
	 * @param text the notification
	 * @return the event, or null if the notification has to be parsed
	 * @throws IllegalArgumentException if the type is none
	 * @throws java.time.DateTimeException if the timestamp is none
	 */
	@Nullable Event decode(String text) {
		if (!text.startsWith(ID) || !text.startsWith(TYPE, ID_END)) {
			return null;
		}
		int typeEnd = plainEnd(text, TYPE_START);
		if (!text.startsWith(APP, typeEnd)) {
			return null;
		}
		int appStart = typeEnd + APP.length();
		boolean noApp = text.startsWith(NO_APP, appStart);
		int appEnd = noApp ? appStart + NO_APP.length() : quotedEnd(text, appStart);
		if (!text.startsWith(TIMESTAMP, appEnd)) {
			return null;
		}
		int timeStart = appEnd + TIMESTAMP.length();
		int timeEnd = plainEnd(text, timeStart);
		int byStart = timeEnd + 1;
		boolean by = text.startsWith(BY, byStart);
		int headersStart = by ? quotedEnd(text, byStart + BY.length() - 1) : byStart;
		int headersEnd = headersEnd(text, headersStart);
		if (!text.startsWith(PAYLOAD, headersEnd)) {
			return null;
		}
		int payloadStart = headersEnd + PAYLOAD.length();
		int payloadEnd = text.length() - 1;
		UUID id = uuid(text, ID.length());
		if (id == null || JsonSyntax.endOfValue(text, payloadStart) != payloadEnd || text.charAt(payloadEnd) != '}') {
			return null;
		}
		return new Event(id, this.types.valueOf(text, TYPE_START, typeEnd),
				noApp ? null : this.apps.valueOf(text, appStart + 1, appEnd - 1),
				payload(text, payloadStart, payloadEnd), Timestamps.parse(text, timeStart, timeEnd),
				(headersStart < headersEnd) ? headers(text, headersStart + HEADERS.length()) : Map.of(), null,
				by ? this.publishers.valueOf(text, byStart + BY.length(), headersStart - 1) : null);
	}

	private Payload payload(String text, int start, int end) {
		boolean empty = end - start == NO_PAYLOAD.length() && text.startsWith(NO_PAYLOAD, start);
		return empty ? this.noPayload : Payload.ofJson(text.substring(start, end), this.codec);
	}

	/**
	 * Where headers end that need no decoding.
	 * @return the start itself where there are none, the text's end if they have to be
	 * parsed
	 */
	private static int headersEnd(String text, int start) {
		if (!text.startsWith(HEADERS, start)) {
			return start;
		}
		int end = start + HEADERS.length() - 1;
		do {
			int nameEnd = quotedEnd(text, end + 1);
			end = isAt(text, nameEnd, ':') ? quotedEnd(text, nameEnd + 1) : text.length();
		}
		while (isAt(text, end, ','));
		return isAt(text, end, '}') ? end + 1 : text.length();
	}

	/** The headers, which are known to need no decoding; of one name the last counts. */
	private Map<String, String> headers(String text, int start) {
		Map<String, String> headers = Map.of();
		int end = start - 1;
		do {
			int nameStart = end + 2;
			int nameEnd = text.indexOf('"', nameStart);
			int valueStart = nameEnd + 3;
			end = text.indexOf('"', valueStart);
			String name = this.headerNames.valueOf(text, nameStart, nameEnd);
			headers = with(headers, name, text.substring(valueStart, end));
			end++;
		}
		while (text.charAt(end) == ',');
		return headers;
	}

	/**
	 * Most events with headers have one, and one costs half of what a map that grows
	 * does.
	 */
	private static Map<String, String> with(Map<String, String> headers, String name, String value) {
		if (headers.isEmpty()) {
			return Map.of(name, value);
		}
		Map<String, String> several = (headers instanceof HashMap) ? headers : new HashMap<>(headers);
		several.put(name, value);
		return several;
	}

	private static boolean isAt(String text, int index, char c) {
		return index < text.length() && text.charAt(index) == c;
	}

	/** The end of a string that begins with a quote and needs no decoding. */
	private static int quotedEnd(String text, int start) {
		if (start >= text.length() || text.charAt(start) != '"') {
			return text.length();
		}
		int end = plainEnd(text, start + 1);
		return (end < text.length()) ? end + 1 : end;
	}

	/** Where the closing quote is, or the text's end if something needs decoding. */
	private static int plainEnd(String text, int start) {
		for (int i = start; i < text.length(); i++) {
			char c = text.charAt(i);
			if (c == '"') {
				return i;
			}
			if (c == '\\' || c < ' ') {
				return text.length();
			}
		}
		return text.length();
	}

	/** Reads {@code xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx} without making parts of it. */
	private static @Nullable UUID uuid(String text, int start) {
		if (text.charAt(start + 8) != '-' || text.charAt(start + 13) != '-' || text.charAt(start + 18) != '-'
				|| text.charAt(start + 23) != '-') {
			return null;
		}
		long first = hex(text, start, 8);
		long second = hex(text, start + 9, 4);
		long third = hex(text, start + 14, 4);
		long fourth = hex(text, start + 19, 4);
		long fifth = hex(text, start + 24, 12);
		if ((first | second | third | fourth | fifth) < 0) {
			return null;
		}
		return new UUID(first << 32 | second << 16 | third, fourth << 48 | fifth);
	}

	/** A number of at most twelve digits; negative if something else is among them. */
	private static long hex(String text, int start, int digits) {
		long number = 0;
		int odd = 0;
		for (int i = start; i < start + digits; i++) {
			char c = text.charAt(i);
			int digit = (c < HEX_DIGITS.length) ? HEX_DIGITS[c] : -1;
			odd |= digit;
			number = number << 4 | digit;
		}
		return (odd >= 0) ? number : -1;
	}

	/** The value of each ASCII character, -1 where it is no digit. */
	private static byte[] hexDigits() {
		byte[] digits = new byte[128];
		for (int i = 0; i < digits.length; i++) {
			digits[i] = (byte) Character.digit(i, 16);
		}
		return digits;
	}

}
