package dev.pgevents.postgres.internal.payload;

import java.io.IOException;
import java.io.Reader;
import java.util.List;
import java.util.Map;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.annotation.JsonDeserialize;
import dev.pgevents.PayloadConversionException;
import dev.pgevents.postgres.JacksonPayloadCodec;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

/**
 * What comes before a payload has no part in it.
 */
class KeptParsersTests {

	private static final ObjectMapper mapper = PayloadMapper.create();

	private static final JacksonPayloadCodec codec = new JacksonPayloadCodec();

	@Property
	void readsEachPayloadAsANewParserDoes(@ForAll("payloads") List<String> payloads) throws IOException {
		ObjectReader usual = mapper.readerFor(Closed.class);
		for (String json : payloads) {
			Throwable refusal = catchThrowable(() -> usual.readValue(json));
			if (refusal == null) {
				assertThat(closed(json)).as(json).isEqualTo(usual.readValue(json));
			}
			else {
				assertThat(catchThrowable(() -> closed(json))).as(json)
					.isInstanceOf(PayloadConversionException.class)
					.cause()
					.hasMessageContaining(refusal.getMessage());
			}
		}
	}

	@Example
	void readsAPayloadWithinAnother() {
		String inner = "{\\\"index\\\":2}";
		Outer outer = codec.fromJson("{\"first\":\"" + inner + "\",\"second\":\"" + inner + "\"}", Outer.class);
		assertThat(outer).isEqualTo(new Outer(new Inner(2), new Inner(2)));
	}

	@Example
	void keepsAParserUntilItHasFailedOrHasReadALot() {
		CountingParsers parsers = new CountingParsers();
		assertThat(parsers.value("{\"a\":1}")).isEqualTo(Map.of("a", 1));
		assertThat(parsers.value("{\"b\":2}")).isEqualTo(Map.of("b", 2));
		assertThat(parsers.opened).isEqualTo(1);

		assertThat(parsers.value("{\"a\":}")).isNull();
		assertThat(parsers.value("{\"c\":3}")).isEqualTo(Map.of("c", 3));
		assertThat(parsers.opened).isEqualTo(2);

		String large = "{\"name\":\"" + "x".repeat(KeptParsers.MOST_CHARACTERS / 2) + "\"}";
		for (int i = 0; i < 4; i++) {
			assertThat(parsers.value(large)).isNotNull();
		}
		assertThat(parsers.opened).isEqualTo(3);
	}

	@Example
	void leavesToOthersWhatIsNotOneObject() {
		CountingParsers parsers = new CountingParsers();
		for (String json : new String[] { "", "7", "null", "[{}]", " {}", "{} ", "\"{}\"" }) {
			assertThat(parsers.value(json)).as(json).isNull();
		}
		assertThat(parsers.opened).isZero();
		assertThat(parsers.value("{}{}")).isNull();
		assertThat(parsers.value("{\"a\":{}}")).isEqualTo(Map.of("a", Map.of()));
	}

	private static @Nullable Closed closed(String json) {
		return codec.fromJson(json, Closed.class);
	}

	@Provide
	Arbitrary<List<String>> payloads() {
		String longText = "a\u00e9\u20ac\\u0000".repeat(700);
		return Arbitraries
			.of("{\"index\":1,\"name\":\"one\"}", "{\"index\":2,\"name\":\"\u20ac\",\"other\":[{\"index\":3}]}", "{}",
					"{\"index\":4,\"name\":\"" + longText + "\"}", "{ \"name\" : null }", "null", "[]", "5", "\"text\"",
					"{\"index\":6} ", "{\"index\":7}{\"index\":8}", "{\"index\":9", "{\"index\":\"x\"}",
					"{\"index\":10,}", "{\"index\":11}}", "", "{")
			.list()
			.ofMaxSize(12);
	}

	record Closed(int index, @Nullable String name) {

	}

	record Outer(Inner first, Inner second) {

	}

	@JsonDeserialize(using = InnerReading.class)
	record Inner(int index) {

	}

	/** Asks the codec while the codec asks it. */
	static class InnerReading extends JsonDeserializer<Inner> {

		@Override
		public Inner deserialize(JsonParser parser, DeserializationContext context) throws IOException {
			Map<?, ?> inner = codec.fromJson(parser.getText(), Map.class);
			return new Inner((int) inner.get("index"));
		}

	}

	private static final class CountingParsers extends JsonFactory {

		private static final long serialVersionUID = 1L;

		private final transient Jackson2Reading jackson = new Jackson2Reading(new ObjectMapper(this));

		private final transient KeptParsers<JsonParser, ObjectReader> parsers = new KeptParsers<>(this.jackson);

		private final transient ObjectReader reader = this.jackson
			.endingWithItsValue(this.jackson.reader(Object.class));

		private int opened;

		@Nullable Object value(String json) {
			return this.parsers.read(json, this.reader);
		}

		@Override
		public JsonParser createParser(Reader reader) throws IOException {
			this.opened++;
			return super.createParser(reader);
		}

	}

}
