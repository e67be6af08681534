package dev.pgevents.postgres.internal.wire;

import java.io.IOException;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Payload;
import dev.pgevents.postgres.JacksonPayloadCodec;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * The short cut reads nothing that the parser would read otherwise, and does read what it
 * is there for.
 */
class OwnLayoutDecoderProperties {

	private static final JsonFactory json = new JsonFactory();

	private static final String ENVELOPE = "{\"id\":\"01993b7e-9f3a-7c52-8c31-0123456789aB\",\"type\":\"epoch.closed\","
			+ "\"app_id\":\"0x51\",\"timestamp\":\"2026-11-24T10:00:00.123456Z\",\"payload\":";

	private final JacksonPayloadCodec codec = new JacksonPayloadCodec();

	private final OwnLayoutDecoder ownLayout = new OwnLayoutDecoder(this.codec);

	private final LenientDecoder lenient = new LenientDecoder(this.codec, Clock.systemUTC());

	@Property
	void whatTheEncoderEncodesIsDecoded(@ForAll long high, @ForAll long low, @ForAll("plainTexts") String app,
			@ForAll("plainHeaders") Map<String, String> headers, @ForAll("values") String payload) {
		Event event = new Event(new UUID(high, low), EventType.of("epoch.closed"), app,
				Payload.ofJson(payload, this.codec), Instant.now(), headers);
		NotificationEncoder encoder = new NotificationEncoder(this.codec, 0, "0123456789ab");
		encoder.serverEncoding("UTF8");
		Event decoded = this.ownLayout.decode(encoder.encode(event));
		assertThat(decoded).isNotNull();
		assertThat(decoded.publishedBy()).isEqualTo("0123456789ab");
		assertThat(decoded.headers()).isEqualTo(headers);
	}

	@Property(tries = 5000)
	void whatIsDecodedTheParserReadsAlike(@ForAll("values") String payload,
			@ForAll("damages") WireProperties.Damage damage) throws Exception {
		assertAlike(damage.to(ENVELOPE + payload + "}"));
	}

	@Property(tries = 5000)
	void headersTheParserReadsAlike(@ForAll("plainHeaders") Map<String, String> headers,
			@ForAll("damages") WireProperties.Damage damage) throws Exception {
		String members = headers.entrySet()
			.stream()
			.map((header) -> '"' + header.getKey() + "\":\"" + header.getValue() + '"')
			.collect(Collectors.joining(","));
		assertAlike(ENVELOPE.replace("\"payload\"", damage.to("\"headers\":{" + members + "},\"payload\"")) + "1}");
	}

	@Property(tries = 5000)
	void whoHasPublishedTheParserReadsAlike(@ForAll("damages") WireProperties.Damage damage) throws Exception {
		assertAlike(ENVELOPE.replace(",\"payload\"", damage.to(",\"by\":\"0123456789ab\",\"payload\"")) + "1}");
	}

	@Example
	void whatOthersMeanByTheFieldOfThePublisherIsSkipped() throws Exception {
		for (String value : new String[] { "7", "null", "{\"a\":[1]}", "[\"x\"]" }) {
			Event event = this.lenient.decode("{\"type\":\"a.b\",\"by\":" + value + ",\"app_id\":\"1\"}");
			assertThat(event.publishedBy()).isNull();
			assertThat(event.appId()).isEqualTo("1");
		}
	}

	@Example
	void ofTwoHeadersOfOneNameTheLastCounts() throws Exception {
		String notification = ENVELOPE.replace("\"payload\"",
				"\"headers\":{\"a\":\"1\",\"b\":\"2\",\"a\":\"3\"},\"payload\"") + "1}";
		assertThat(decode(notification)).isNotNull();
		assertAlike(notification);
	}

	@Property(tries = 5000)
	void whatCountsAsJsonTheParserCountsAsJson(@ForAll("values") String value,
			@ForAll("damages") WireProperties.Damage damage) throws IOException {
		String damaged = damage.to(value);
		if (JsonSyntax.endOfValue(damaged, 0) == damaged.length()) {
			try (JsonParser parsed = json.createParser(damaged)) {
				parsed.nextToken();
				parsed.skipChildren();
				parsed.finishToken();
				assertThat(parsed.nextToken()).as(damaged).isNull();
			}
		}
	}

	private void assertAlike(String notification) throws Exception {
		Event read = decode(notification);
		if (read != null) {
			Event parsed = this.lenient.decode(notification);
			assertThat(List.of(read.id(), read.type(), read.timestamp(), read.headers()))
				.isEqualTo(List.of(parsed.id(), parsed.type(), parsed.timestamp(), parsed.headers()));
			assertThat(read.appId()).isEqualTo(parsed.appId());
			assertThat(read.publishedBy()).isEqualTo(parsed.publishedBy());
			assertThat(read.payload().toJson(this.codec)).isEqualTo(parsed.payload().toJson(this.codec));
		}
	}

	private @Nullable Event decode(String notification) {
		try {
			return this.ownLayout.decode(notification);
		}
		catch (IllegalArgumentException | DateTimeException ex) {
			assertThat(catchThrowable(() -> this.lenient.decode(notification)))
				.isInstanceOf(UnreadableNotificationException.class);
			return null;
		}
	}

	@Provide
	Arbitrary<WireProperties.Damage> damages() {
		Arbitrary<Character> characters = Arbitraries
			.of("{}[]\",:0-e.ntf\\ u\t\n\0\u001f\u007f\u2028\ud800".chars().mapToObj((c) -> (char) c).toList());
		return Combinators
			.combine(Arbitraries.integers().between(0, 10_000), Arbitraries.integers().between(0, 2),
					characters.list().ofMaxSize(3))
			.as(WireProperties.Damage::new);
	}

	/** What needs no escape. */
	@Provide
	Arbitrary<String> plainTexts() {
		return Arbitraries.strings().alpha().numeric().withChars(" -_.:/é€").ofMaxLength(42);
	}

	@Provide
	Arbitrary<Map<String, String>> plainHeaders() {
		return Arbitraries.maps(plainTexts(), plainTexts()).ofMaxSize(3);
	}

	/** JSON, white space and escapes included. */
	@Provide
	Arbitrary<String> values() {
		return values(3);
	}

	private static Arbitrary<String> values(int depth) {
		Arbitrary<String> simple = Arbitraries.oneOf(
				Arbitraries.of("null", "true", "false", "\"\"", "{}", "[ ]", "0", "-0.5e+10", "1E-7",
						"\"\\u00e9\\\\\""),
				Arbitraries.longs().map(String::valueOf), Arbitraries.doubles().map(String::valueOf),
				Arbitraries.strings()
					.alpha()
					.numeric()
					.withChars(' ', 'é', '€')
					.ofMaxLength(10)
					.map((text) -> '"' + text + '"'));
		if (depth == 0) {
			return simple;
		}
		Arbitrary<String> spaces = Arbitraries.of("", " ", "\t\r\n");
		Arbitrary<String> array = Combinators.combine(values(depth - 1).list().ofMaxSize(3), spaces)
			.as((elements, space) -> '[' + space + String.join(space + ',' + space, elements) + space + ']');
		Arbitrary<String> object = Combinators.combine(values(depth - 1).list().ofMaxSize(3), spaces)
			.as((elements, space) -> '{' + space
					+ String.join("," + space,
							elements.stream().map((element) -> "\"k\"" + space + ":" + space + element).toList())
					+ space + '}');
		return Arbitraries.oneOf(simple, array, object);
	}

}
