package dev.pgevents.postgres.internal.wire;

import java.time.DateTimeException;
import java.time.Instant;
import java.util.Map;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * Timestamps against what {@link Instant} itself writes and reads.
 */
class TimestampsProperties {

	@Property
	void writesWhatInstantWrites(@ForAll("instants") Instant instant) {
		assertThat(text(instant)).isEqualTo(instant.toString());
	}

	@Property
	void readsWhatInstantReads(@ForAll("texts") String text) {
		Throwable refusal = catchThrowable(() -> Instant.parse(text));
		if (refusal == null) {
			assertThat(Timestamps.parse(text)).isEqualTo(Instant.parse(text));
		}
		else if (text.matches(".*\\.\\d{10,}Z")) {
			assertThat(Timestamps.parse(text)).isEqualTo(Instant.parse(text.replaceFirst("(\\.\\d{9})\\d*", "$1")));
		}
		else {
			assertThat(catchThrowable(() -> Timestamps.parse(text))).isInstanceOf(DateTimeException.class);
		}
	}

	@Example
	void readsEachDayOfACalendarAndNoOther() {
		for (int year : new int[] { 0, 1900, 1970, 2000, 2026, 2028, 9999 }) {
			for (int day = 0; day < 14 * 33; day++) {
				readsWhatInstantReads("%04d-%02d-%02dT23:59:59.999999Z".formatted(year, day / 33, day % 33));
			}
		}
	}

	@Example
	void readsWhatIsUnusual() {
		for (String text : new String[] { "2026-01-19T10:00:00+01:00", "2026-01-19T24:00:00Z", "2026-06-30T23:59:60Z",
				"-0001-01-01T00:00:00Z", "+10000-01-01T00:00:00Z", "2026-01-19t10:00:00z" }) {
			assertThat(Timestamps.parse(text)).as(text).isEqualTo(Instant.parse(text));
		}
	}

	@Example
	void readsWhatPostgresWrites() {
		Map<String, String> written = Map.of("2026-11-27 21:14:20.9+00", "2026-11-27T21:14:20.9Z",
				"2026-11-27 21:14:20+05:30", "2026-11-27T15:44:20Z", "2026-11-27 21:14:20+0530", "2026-11-27T15:44:20Z",
				"2026-11-27T21:14:20.123456+00:00", "2026-11-27T21:14:20.123456Z", "1883-11-18 12:03:58-04:56:02",
				"1883-11-18T17:00:00Z", "2026-11-27 21:14:20 +00", "2026-11-27T21:14:20Z",
				"2026-11-27T21:14:20.1234567899999+00", "2026-11-27T21:14:20.123456789Z");
		written
			.forEach((text, instant) -> assertThat(Timestamps.parse(text)).as(text).isEqualTo(Instant.parse(instant)));
	}

	@Example
	void namesWhatIsNoInstant() {
		assertThat(PostgresTimestamps.kind("2026-11-27 21:14:20.9")).contains("without a time zone");
		assertThat(PostgresTimestamps.kind("2026-11-27T21:14:20")).contains("without a time zone");
		assertThat(PostgresTimestamps.kind("2026-11-27")).isEqualTo("a date");
		assertThat(PostgresTimestamps.kind("-infinity")).contains("infinity");
		assertThat(PostgresTimestamps.kind("2026-13-27T21:14:20Z")).contains("no calendar");
		assertThat(PostgresTimestamps.kind("yesterday")).isNull();
	}

	private static String text(Instant instant) {
		StringBuilder text = new StringBuilder();
		Timestamps.append(instant, text);
		return text.toString();
	}

	@Provide
	Arbitrary<Instant> instants() {
		Arbitrary<Integer> nanos = Arbitraries.oneOf(Arbitraries.integers().between(0, 999_999_999),
				Arbitraries.integers().between(0, 999_999).map((micros) -> micros * 1_000),
				Arbitraries.integers().between(0, 999).map((millis) -> millis * 1_000_000));
		return Combinators
			.combine(Arbitraries.longs()
				.between(Instant.parse("-0010-01-01T00:00:00Z").getEpochSecond(),
						Instant.parse("+10010-01-01T00:00:00Z").getEpochSecond()),
					nanos)
			.as(Instant::ofEpochSecond);
	}

	/** Instants, some with a character changed, taken out or put in. */
	@Provide
	Arbitrary<String> texts() {
		return Combinators
			.combine(instants(), Arbitraries.integers().between(0, 40),
					Arbitraries.of("", "0", "9", ":", "Z", ".", "+"), Arbitraries.integers().between(0, 1))
			.as((instant, position, inserted, cut) -> {
				String text = instant.toString();
				int from = Math.min(position, text.length());
				return text.substring(0, from) + inserted + text.substring(Math.min(text.length(), from + cut));
			});
	}

}
