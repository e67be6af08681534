package dev.pgevents.postgres.internal.wire;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.Month;
import java.time.Year;
import java.time.ZoneOffset;

import org.jspecify.annotations.Nullable;

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

	private static final int NANO_DIGITS = 9;

	private static final int[] POWERS_OF_TEN = { 1, 10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000, 100_000_000,
			1_000_000_000 };

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
		Instant usual = usual(text, start, end);
		return (usual != null) ? usual : Instant.parse(PostgresTimestamps.usual(text.substring(start, end)));
	}

	/**
	 * Reads {@code 2026-01-19T10:00:00Z}, with up to nine digits more. Midnight at the
	 * end of a day, leap seconds and days that a month does not have are Instant's
	 * business.
	 */
	private static @Nullable Instant usual(String text, int start, int end) {
		int length = end - start;
		if (length < SHORTEST || length > LONGEST || length == SHORTEST + 1 || !isLaidOut(text, start, end)) {
			return null;
		}
		int year = number(text, start, 4);
		int month = number(text, start + 5, 2);
		int day = number(text, start + 8, 2);
		int hour = number(text, start + 11, 2);
		int minute = number(text, start + 14, 2);
		int second = number(text, start + 17, 2);
		int digits = Math.max(0, length - SHORTEST - 1);
		int fraction = number(text, start + FRACTION, digits);
		boolean numbers = (year | month | day | hour | minute | second | fraction) >= 0;
		if (!numbers || !isDate(year, month, day) || hour > 23 || minute > 59 || second > 59) {
			return null;
		}
		return Instant.ofEpochSecond(epochDay(year, month, day) * SECONDS_A_DAY + (hour * 60 + minute) * 60L + second,
				(long) fraction * POWERS_OF_TEN[NANO_DIGITS - digits]);
	}

	private static boolean isLaidOut(String text, int start, int end) {
		return text.charAt(start + 4) == '-' && text.charAt(start + 7) == '-' && text.charAt(start + 10) == 'T'
				&& text.charAt(start + 13) == ':' && text.charAt(start + 16) == ':' && text.charAt(end - 1) == 'Z'
				&& (end - start == SHORTEST || text.charAt(start + FRACTION - 1) == '.');
	}

	private static boolean isDate(int year, int month, int day) {
		return month >= 1 && month <= 12 && day >= 1 && (day <= 28 || day <= Month.of(month).length(Year.isLeap(year)));
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

	/** A number of at most nine digits; negative if something else is among them. */
	private static int number(String text, int from, int digits) {
		int number = 0;
		int odd = 0;
		for (int i = from; i < from + digits; i++) {
			int digit = text.charAt(i) - '0';
			odd |= digit | (9 - digit); // negative below 0 and above 9
			number = number * 10 + digit;
		}
		return (odd >= 0) ? number : -1;
	}

}
