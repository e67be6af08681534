package dev.pgevents.postgres.internal.wire;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.pgevents.Event;
import dev.pgevents.postgres.JacksonPayloadCodec;
import dev.pgevents.postgres.test.CollidingNames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What the wire format leaves to the reader.
 */
class NotificationDecoderTests {

	private final NotificationDecoder decoder = new NotificationDecoder(new JacksonPayloadCodec(), Clock.systemUTC());

	@Test
	void ofFieldsWithOneNameTheLastOneCounts() throws UnreadableNotificationException {
		Event event = this.decoder.decode("{\"type\":\"a\",\"app_id\":\"1\",\"payload\":1,\"headers\":{\"h\":\"1\"},"
				+ "\"headers\":{\"a\":\"1\",\"a\":\"2\",\"b\":\"1\",\"b\":null},"
				+ "\"payload\":{\"x\":1,\"x\":2},\"app_id\":null,\"type\":\"b\"}");
		assertThat(event.type().value()).isEqualTo("b");
		assertThat(event.appId()).isNull();
		assertThat(event.headers()).containsOnlyKeys("a").containsEntry("a", "2");
		assertThat(event.payloadAs(Object.class)).isEqualTo(Map.of("x", 2));
	}

	@Test
	void numbersMayBeAsLongAsANotification() throws UnreadableNotificationException {
		String digits = "9".repeat(7000);
		Event event = this.decoder.decode("{\"type\":\"a\",\"app_id\":" + digits + ",\"payload\":[1e999999999]}");
		assertThat(event.appId()).isEqualTo(digits);
		Event other = this.decoder.decode("{\"type\":\"a\",\"payload\":{\"n\":" + digits + "}}");
		assertThat(other.payload().isEmpty()).isFalse();
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"type\":\"a\"}", "{\"type\":\"a\",\"payload\":null}",
			"{\"id\":\"019b2f5e-0000-7000-8000-000000000000\",\"type\":\"a\",\"app_id\":null,"
					+ "\"timestamp\":\"2026-01-19T10:00:00Z\",\"payload\":null}" })
	void noPayloadIsWhatTheCodecMakesOfIt(String notification) throws UnreadableNotificationException {
		Event event = this.decoder.decode(notification);
		assertThat(event.payload().isEmpty()).isTrue();
		assertThat(event.payloadAs(String.class)).isNull();
		Object optional = event.payloadAs(Optional.class);
		assertThat(optional).isEqualTo(Optional.empty());
		assertThat(event.payloadAs(int.class)).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"type\":\"a\",\"app_id\":\"1\",\"payload\":[1]}",
			"{\"id\":\"019b2f5e-0000-7000-8000-000000000000\",\"type\":\"a\",\"app_id\":\"1\","
					+ "\"timestamp\":\"2026-01-19T10:00:00Z\",\"payload\":[1]}" })
	void markOfARepeatedEventMeansNothing(String notification) throws Exception {
		LenientDecoder older = new LenientDecoder(new JacksonPayloadCodec(), Clock.systemUTC());
		for (String marked : List.of(RepeatMark.of(notification, 1), RepeatMark.of(notification, 1_000_000))) {
			assertThat(marked).isNotEqualTo(notification);
			for (Event event : List.of(this.decoder.decode(marked), older.decode(marked))) {
				assertThat(event.type().value()).isEqualTo("a");
				assertThat(event.appId()).isEqualTo("1");
				assertThat(event.payloadAs(Object.class)).isEqualTo(List.of(1));
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"n\":", "{\"n\":1", "{\"n\":1,", "{\"n\":,\"type\":\"a\"}", "{\"n\":1,}" })
	void halfAMarkIsUnreadable(String notification) {
		assertThatExceptionOfType(UnreadableNotificationException.class)
			.isThrownBy(() -> this.decoder.decode(notification));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"n\":\"x\",\"type\":\"a\"}", "{\"n\":-1,\"type\":\"a\"}", "{\"n\":1, \"type\":\"a\"}" })
	void fieldOfThatNameIsSkippedLikeAnyOther(String notification) throws UnreadableNotificationException {
		assertThat(this.decoder.decode(notification).type().value()).isEqualTo("a");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '`',
			textBlock = """
					{"type":"Hidden"}                               | field type holds a text of 6 characters    | lower-case words
					{"type":7}                                      | field type holds a number                  | text
					{}                                              | field type is missing                      | type
					{"type":"a","id":"hidden"}                      | field id holds a text of 6 characters      | a UUID
					{"type":"a","id":["hidden"]}                    | field id holds an array                    | text
					{"type":"a","app_id":{"hidden":1}}              | field app_id holds an object               | text, a number or null
					{"type":"a","app_id":true}                      | field app_id holds true or false           | text, a number or null
					{"type":"a","headers":"hidden"}                 | field headers holds a text                 | an object of texts
					{"type":"a","headers":{"h":1}}                  | field headers holds a number               | a text under each
					{"type":"a","timestamp":1769000000}             | field timestamp holds a number             | text
					{"type":"a","timestamp":"hidden"}               | field timestamp holds a text of 6          | 2026-01-19T10:00:00Z
					{"type":"a","timestamp":"2026-01-19 10:00:00"}  | holds a time without a time zone           | 2026-01-19T10:00:00Z
					{"type":"a","timestamp":"2026-01-19"}           | field timestamp holds a date               | 2026-01-19T10:00:00Z
					{"type":"a","timestamp":"infinity"}             | holds PostgreSQL's infinity                | 2026-01-19T10:00:00Z
					""")
	void saysWhichFieldHoldsWhatAndWhatItIsToHold(String notification, String held, String expected) {
		assertThatExceptionOfType(UnreadableNotificationException.class)
			.isThrownBy(() -> this.decoder.decode(notification))
			.withMessageContainingAll(held, expected)
			.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContainIgnoringCase("hidden"));
	}

	@Test
	void saysItOfItsOwnLayoutToo() {
		String own = "{\"id\":\"019b2f5e-0000-7000-8000-000000000000\",\"type\":\"%s\",\"app_id\":null,"
				+ "\"timestamp\":\"%s\",\"payload\":null}";
		assertUnreadable(String.format(own, "A", "2026-01-19T10:00:00Z"), "field type holds a text of 1 characters");
		assertUnreadable(String.format(own, "a", "2026-01-19T10:00:00"), "without a time zone");
	}

	@Test
	void readsATimestampAsPostgresWritesIt() throws UnreadableNotificationException {
		Event event = this.decoder.decode("{\"type\":\"a\",\"timestamp\":\"2026-11-27 21:14:20.9+00\"}");
		assertThat(event.timestamp()).isEqualTo(Instant.parse("2026-11-27T21:14:20.9Z"));
	}

	@Test
	void whatIsLongerThanPostgresAllowsIsNotLookedAt() {
		assertUnreadable("{\"type\":\"a\"}" + " ".repeat(7999), "7999");
	}

	@Test
	void nestingIsBounded() throws UnreadableNotificationException {
		String deepest = "[".repeat(1000) + "]".repeat(1000);
		assertThat(this.decoder.decode("{\"type\":\"a\",\"payload\":" + deepest + "}").payload().isEmpty()).isFalse();
		assertUnreadable("{\"type\":\"a\",\"payload\":[" + deepest + "]}", "1001");
		assertUnreadable("{\"type\":\"a\",\"more\":[" + deepest + "]}", "1001");
	}

	/**
	 * Names with one hash value, each of which a table of names would have to find room
	 * for.
	 */
	@Test
	void namesThatCollideDoNoHarmToThoseThatFollow() throws UnreadableNotificationException {
		List<String> colliding = new ArrayList<>();
		CollidingNames.all().forEach((name) -> colliding.add("\"" + name + "\":1"));
		String last = colliding.remove(colliding.size() - 1);
		for (int i = 0; i < 2; i++) {
			this.decoder.decode("{\"type\":\"a\",\"payload\":{" + String.join(",", colliding) + "}}");
		}
		assertThat(this.decoder.decode("{\"type\":\"a\",\"payload\":{" + last + "}}").payload().isEmpty()).isFalse();
	}

	private void assertUnreadable(String notification, String reason) {
		assertThatExceptionOfType(UnreadableNotificationException.class)
			.isThrownBy(() -> this.decoder.decode(notification))
			.withMessageContaining(reason);
	}

}
