package dev.pgevents.postgres.internal.wire;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;

/**
 * Instants as {@link Instant#toString()} writes and {@link Instant#parse} reads them,
 * without the formatter's machinery, which on an idle bus takes longer than all the rest
 * of encoding and decoding. What is not of the usual form is left to {@link Instant}, and
 * may be as {@link PostgresTimestamps PostgreSQL} writes it.
 */
final class Timestamps {

	/** {@code 2026-01-19T10:00:00Z}. */
	private static final int SHORTEST = 20;

	/** With nine digits behind the second, and the dot. */
	private static final int LONGEST = SHORTEST + 10;

	private static final int FRACTION = SHORTEST;

	private static final String LAYOUT = "0000-00-00T00:00:00.";

	private static final int NANO_DIGITS = 9;

	private static final long SECONDS_A_DAY = 86_400;

	/** Of 400 years. */
	private static final long DAYS_AN_ERA = 146_097;

	/** Since 0000-03-01. */
	private static final long DAYS_BEFORE_1970 = 719_468;

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
		return parse(text, 0, text.length());
	}

	/**
	 * Reads an instant that is part of a text.
	 * @param text holds it
	 * @param start where it begins
	 * @param end where it ends
	 * @return the instant
	 * @throws DateTimeException if it is none
	 */
	static Instant parse(String text, int start, int end) {
		if (!isUsual(text, start, end - start)) {
			return Instant.parse(PostgresTimestamps.usual(text.substring(start, end)));
		}
		int nano = 0;
		for (int i = start + FRACTION, digits = 0; digits < NANO_DIGITS; i++, digits++) {
			nano = nano * 10 + ((i < end - 1) ? text.charAt(i) - '0' : 0);
		}
		long day = epochDay(number(text, start, 4), number(text, start + 5, 2), number(text, start + 8, 2));
		int second = (number(text, start + 11, 2) * 60 + number(text, start + 14, 2)) * 60
				+ number(text, start + 17, 2);
		return Instant.ofEpochSecond(day * SECONDS_A_DAY + second, nano);
	}

	/** Whether it is {@code 2026-01-19T10:00:00Z}, with up to nine digits more. */
	private static boolean isUsual(String text, int start, int length) {
		if (length < SHORTEST || length > LONGEST || length == SHORTEST + 1 || text.charAt(start + length - 1) != 'Z') {
			return false;
		}
		for (int i = 0; i < length - 1; i++) {
			char expected = (i < FRACTION) ? LAYOUT.charAt(i) : '0';
			char c = text.charAt(start + i);
			boolean fits = (expected == '0') ? c >= '0' && c <= '9' : c == expected;
			if (!fits) {
				return false;
			}
		}
		return isUsualTime(text, start);
	}

	/**
	 * The end of a month, midnight at the end of a day, and leap seconds are Instant's
	 * business.
	 */
	private static boolean isUsualTime(String text, int start) {
		int month = number(text, start + 5, 2);
		int day = number(text, start + 8, 2);
		return month >= 1 && month <= 12 && day >= 1 && day <= 28 && number(text, start + 11, 2) < 24
				&& number(text, start + 14, 2) < 60 && number(text, start + 17, 2) < 60;
	}

	/**
	 * Days since 1970-01-01, as {@link java.time.LocalDate#toEpochDay()} counts them:
	 * years begin in March, so that a leap day is the last of its year, and four hundred
	 * of them always have the same number of days.
	 */
	private static long epochDay(int year, int month, int day) {
		int marchYear = (month > 2) ? year : year - 1;
		int marchMonth = (month > 2) ? month - 3 : month + 9;
		int era = Math.floorDiv(marchYear, 400);
		int yearOfEra = marchYear - era * 400;
		int dayOfYear = (153 * marchMonth + 2) / 5 + day - 1;
		int dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear;
		return era * DAYS_AN_ERA + dayOfEra - DAYS_BEFORE_1970;
	}

	private static int number(String text, int from, int digits) {
		int number = 0;
		for (int i = from; i < from + digits; i++) {
			number = number * 10 + text.charAt(i) - '0';
		}
		return number;
	}

}
