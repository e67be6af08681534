package dev.pgevents.postgres.internal.wire;

import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * What PostgreSQL itself writes of a timestamptz: a space for the T, an offset of hours
 * alone or with seconds; and more digits of a second than an instant has.
 */
final class PostgresTimestamps {

	private static final String DATE = "(\\d{4}-\\d\\d-\\d\\d)";

	private static final String TIME = "[Tt ](\\d\\d:\\d\\d:\\d\\d)(?:(\\.\\d{1,9})\\d*)?";

	private static final Pattern ONLY_A_DATE = Pattern.compile(DATE);

	private static final Pattern WITHOUT_ZONE = Pattern.compile(DATE + TIME);

	private static final Pattern WITH_ZONE = Pattern
		.compile(DATE + TIME + " ?(?:[Zz]|([+-]\\d\\d)(?::?(\\d\\d))?(:\\d\\d)?)");

	private PostgresTimestamps() {
	}

	/**
	 * Brings a text into the form that {@link java.time.Instant#parse} reads.
	 * @param text the text
	 * @return that form, or the text itself if it is something else
	 */
	static String usual(String text) {
		Matcher parts = WITH_ZONE.matcher(text);
		if (!parts.matches()) {
			return text;
		}
		String time = parts.group(1) + 'T' + parts.group(2) + or(parts.group(3), "");
		String hours = parts.group(4);
		return (hours == null) ? time + 'Z' : time + hours + ':' + or(parts.group(5), "00") + or(parts.group(6), "");
	}

	private static String or(@Nullable String text, String otherwise) {
		return (text != null) ? text : otherwise;
	}

	/**
	 * What a text is that is no instant.
	 * @param text the text
	 * @return its kind, or null if that is not known
	 */
	static @Nullable String kind(String text) {
		if (WITHOUT_ZONE.matcher(text).matches()) {
			return "a time without a time zone (a timestamp in place of a timestamptz?)";
		}
		if (ONLY_A_DATE.matcher(text).matches()) {
			return "a date";
		}
		if (text.equals("infinity") || text.equals("-infinity")) {
			return "PostgreSQL's infinity";
		}
		return WITH_ZONE.matcher(text).matches() ? "a time that no calendar has" : null;
	}

}
