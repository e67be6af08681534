package dev.pgevents.postgres.internal.wire;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.pgevents.Event;
import dev.pgevents.postgres.JacksonPayloadCodec;
import dev.pgevents.postgres.test.CollidingNames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
