package dev.pgevents.postgres.internal.wire;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Instants as {@link Instant#toString()} writes and {@link Instant#parse} reads them,
 * without the formatter's machinery, which on an idle bus takes longer than all the rest
 * of encoding and decoding. What is not of the usual form is left to {@link Instant}.
 */
final class Timestamps {

	/** {@code 2026-01-19T10:00:00Z}. */
	private static final int SHORTEST = 20;

	/** With nine digits behind the second, and the dot. */
	private static final int LONGEST = SHORTEST + 10;

	private static final int FRACTION = SHORTEST;

	private Timestamps() {
	}

	static void append(Instant instant, StringBuilder text) {
		LocalDateTime time = LocalDateTime.ofEpochSecond(instant.getEpochSecond(), instant.getNano(), ZoneOffset.UTC);
		if (time.getYear() < 0 || time.getYear() > 9999) {
			text.append(instant);
			return;
		}
		append(time.getYear(), 4, text);
		append(time.getMonthValue(), 2, text.append('-'));
		append(time.getDayOfMonth(), 2, text.append('-'));
		append(time.getHour(), 2, text.append('T'));
		append(time.getMinute(), 2, text.append(':'));
		append(time.getSecond(), 2, text.append(':'));
		appendFraction(time.getNano(), text);
		text.append('Z');
	}

	private static void appendFraction(int nano, StringBuilder text) {
		if (nano % 1_000 != 0) {
			append(nano, 9, text.append('.'));
		}
		else if (nano % 1_000_000 != 0) {
			append(nano / 1_000, 6, text.append('.'));
		}
		else if (nano != 0) {
			append(nano / 1_000_000, 3, text.append('.'));
		}
	}

	private static void append(int number, int digits, StringBuilder text) {
		int divisor = 1;
		for (int i = 1; i < digits; i++) {
			divisor *= 10;
		}
		for (; divisor > 0; divisor /= 10) {
			text.append((char) ('0' + number / divisor % 10));
		}
	}

	/**
	 * Reads an instant.
	 * @param text RFC 3339
	 * @return the instant
	 * @throws DateTimeException if it is none
	 */
	static Instant parse(String text) {
		if (!isUsual(text)) {
			return Instant.parse(text);
		}
		int nano = 0;
		if (text.length() > SHORTEST) {
			int digits = text.length() - FRACTION - 1;
			nano = number(text, FRACTION, FRACTION + digits);
			for (int i = digits; i < 9; i++) {
				nano *= 10;
			}
		}
		LocalDateTime time = LocalDateTime.of(number(text, 0, 4), number(text, 5, 7), number(text, 8, 10),
				number(text, 11, 13), number(text, 14, 16), number(text, 17, 19), nano);
		return Instant.ofEpochSecond(time.toEpochSecond(ZoneOffset.UTC), nano);
	}

	/** Whether it is {@code 2026-01-19T10:00:00Z}, with up to nine digits more. */
	private static boolean isUsual(String text) {
		int length = text.length();
		if (length < SHORTEST || length > LONGEST || length == SHORTEST + 1 || text.charAt(length - 1) != 'Z') {
			return false;
		}
		for (int i = 0; i < length - 1; i++) {
			char expected = (i < SHORTEST) ? "0000-00-00T00:00:00.".charAt(i) : '0';
			char c = text.charAt(i);
			boolean fits = (expected == '0') ? c >= '0' && c <= '9' : c == expected;
			if (!fits) {
				return false;
			}
		}
		// Midnight at the end of a day and leap seconds are Instant's business.
		return number(text, 11, 13) < 24 && number(text, 17, 19) < 60;
	}

	private static int number(String text, int from, int to) {
		int number = 0;
		for (int i = from; i < to; i++) {
			number = number * 10 + text.charAt(i) - '0';
		}
		return number;
	}

}
