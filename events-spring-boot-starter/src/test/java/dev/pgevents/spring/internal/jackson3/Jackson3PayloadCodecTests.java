package dev.pgevents.spring.internal.jackson3;

import java.io.Reader;
import java.lang.reflect.Type;
import java.math.BigDecimal;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.Month;
import java.time.MonthDay;
import java.time.OffsetDateTime;
import java.time.Period;
import java.time.Year;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Currency;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.UUID;
import java.util.function.Supplier;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.pgevents.PayloadCodec;
import dev.pgevents.PayloadConversionException;
import dev.pgevents.postgres.JacksonPayloadCodec;
import dev.pgevents.postgres.internal.payload.PayloadReader;
import kotlin.Pair;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.core.JsonGenerator;
import tools.jackson.core.JsonParser;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ObjectReader;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.annotation.JsonSerialize;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.ser.std.StdSerializer;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Services on Boot 3.5 and on Boot 4 understand each other: what the one Jackson writes,
 * the other writes alike, and reads.
 */
@ExtendWith(OutputCaptureExtension.class)
class Jackson3PayloadCodecTests {

	private static final PayloadCodec jackson2 = new JacksonPayloadCodec();

	private static final PayloadCodec jackson3 = new Jackson3PayloadCodec(() -> jackson2);

	private static final Instant INSTANT = Instant.parse("2026-01-19T10:00:00.120Z");

	static final List<Object> catalogue = List.of("text", 7, 7L, 1.5, true, 'c', new BigDecimal("1.10"), INSTANT,
			LocalDate.parse("2026-01-19"), LocalTime.parse("10:00:00.5"), LocalDateTime.parse("2026-01-19T10:00"),
			OffsetDateTime.parse("2026-01-02T03:04:05+05:00"), Duration.ofMinutes(90), Period.ofDays(3), Year.of(2026),
			YearMonth.of(2026, 1), MonthDay.of(1, 19), new Zone(ZoneId.of("Europe/Paris")), Date.from(INSTANT),
			DayOfWeek.MONDAY, Month.JANUARY, Locale.GERMANY, Currency.getInstance("EUR"),
			UUID.fromString("01a21f64-e4d5-7412-af97-d1a1761d4bcb"), Plain.SECOND,
			new Everything("z", 1, "m", Optional.of(2), OptionalInt.empty(), List.of(Plain.FIRST),
					new LinkedHashMap<>(Map.of(Plain.FIRST, new BigDecimal("1E+3"))), new byte[] { 1, 2 }.length,
					new Circle(3), new ByCard("4111"), Year.of(2026), Date.from(INSTANT)),
			new Circle(1), new ByCard("4111"), new ThroughConstructor("zulu", 1), new Empty(), new Pair<>("first", 2));

	@ParameterizedTest
	@FieldSource("catalogue")
	void writesAndReadsWhatTheOtherDoes(Object value) {
		String json = jackson3.toJson(value);
		assertThat(json).isEqualTo(jackson2.toJson(value));
		assertThat(read(jackson3, json, value.getClass())).isEqualTo(value);
		assertThat(read(jackson2, json, value.getClass())).isEqualTo(value);
	}

	@Test
	void writesBeansInTheSameOrderAndReadsZonedTimesAlike() {
		assertThat(jackson3.toJson(new Bean())).isEqualTo(jackson2.toJson(new Bean()));
		String zoned = jackson3.toJson(ZonedDateTime.parse("2026-01-02T03:04:05+01:00[Europe/Paris]"));
		assertThat(zoned).isEqualTo(jackson2.toJson(ZonedDateTime.parse("2026-01-02T03:04:05+01:00[Europe/Paris]")));
		assertThat(read(jackson3, zoned, ZonedDateTime.class)).isEqualTo(read(jackson2, zoned, ZonedDateTime.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "{\"number\":null}", "{\"number\":\"5\"}", "{\"number\":5.7}",
			"{\"more\":1,\"number\":1}", "null" })
	void readsWhatIsMissingOrOfAnotherKindAlike(String json) {
		assertThat(read(jackson3, json, Small.class)).isEqualTo(read(jackson2, json, Small.class));
	}

	@ParameterizedTest
	@ValueSource(strings = { "{\"number\":1} x", "{\"number\":\"x\"}", "[", "{\"plain\":\"other\"}" })
	void refusesAlike(String json) {
		for (PayloadCodec codec : List.of(jackson2, jackson3)) {
			assertThatExceptionOfType(PayloadConversionException.class)
				.isThrownBy(() -> codec.fromJson(json, Small.class));
		}
	}

	@Test
	void keepsAParserForTheNextPayloadUnlessItHasFailed() {
		CountingParsers parsers = new CountingParsers();
		assertThat(parsers.value("{\"a\":1}")).isEqualTo(Map.of("a", 1));
		assertThat(parsers.value("{\"b\":2}")).isEqualTo(Map.of("b", 2));
		assertThat(parsers.opened).isEqualTo(1);
		for (String json : List.of("{\"c\":3}{}", "{\"d\":}")) {
			assertThatExceptionOfType(PayloadConversionException.class).isThrownBy(() -> parsers.value(json));
		}
		assertThat(parsers.value("{\"e\":5}")).isEqualTo(Map.of("e", 5));
		assertThat(parsers.opened).isEqualTo(3);
	}

	@Test
	void readsAPayloadAfterOneThatItRefuses() {
		Object small = read(jackson3, "{\"number\":1}", Small.class);
		for (String json : List.of("{\"number\":1} {\"number\":2}", "{\"number\":1}{\"number\":2}", "{\"number\":}")) {
			assertThatExceptionOfType(PayloadConversionException.class)
				.isThrownBy(() -> jackson3.fromJson(json, Small.class));
			assertThat(read(jackson3, "{\"number\":1}", Small.class)).isEqualTo(small);
		}
	}

	@Test
	void writesAndReadsNodesOfBoth() throws Exception {
		JsonNode node = JsonNodeFactory.instance.objectNode().put("a", 1);
		assertThat(jackson3.toJson(node)).isEqualTo("{\"a\":1}");
		assertThat(read(jackson3, "{\"a\":1}", JsonNode.class)).isEqualTo(node);
		com.fasterxml.jackson.databind.JsonNode other = new com.fasterxml.jackson.databind.ObjectMapper()
			.readTree("{\"a\":1}");
		assertThat(jackson3.toJson(other)).isEqualTo("{\"a\":1}");
		assertThat(read(jackson3, "{\"a\":1}", com.fasterxml.jackson.databind.JsonNode.class)).isEqualTo(other);
		assertThatCode(() -> jackson3.checkReadable(com.fasterxml.jackson.databind.JsonNode.class))
			.doesNotThrowAnyException();
	}

	@Test
	void obeysAnnotationsOfJackson3AndNamesThoseItIgnores(CapturedOutput output) {
		assertThat(jackson3.toJson(new Masked("4111"))).isEqualTo("{\"card\":\"***\"}");
		assertThat(output).doesNotContain("have no effect");
		jackson2.toJson(new Masked("4111"));
		assertThat(output).contains("[" + JsonSerialize.class.getName() + "] of payload class " + Masked.class.getName()
				+ " have no effect: payloads are written by Jackson 2");
		jackson3.checkReadable(MaskedByJackson2.class);
		assertThat(output).contains(
				"[" + com.fasterxml.jackson.databind.annotation.JsonSerialize.class.getName() + "] of payload class "
						+ MaskedByJackson2.class.getName() + " have no effect: payloads are written by Jackson 3");
	}

	@ParameterizedTest
	@ValueSource(classes = { Runnable.class, TwoConstructors.class, Holder.class, UnknownNames.class, ByClassName.class,
			RecordKeys.class })
	void saysWhatCannotBeRead(Class<?> type) {
		for (PayloadCodec codec : List.of(jackson2, jackson3)) {
			assertThatExceptionOfType(PayloadConversionException.class).isThrownBy(() -> codec.checkReadable(type))
				.withMessageContaining(type.getName());
		}
	}

	@Test
	void doesNotPublishWhatNobodyCouldReadAgain() {
		assertThatExceptionOfType(PayloadConversionException.class)
			.isThrownBy(() -> jackson3.toJson(new TwoConstructors(1)))
			.withMessageContaining("no handler could read it");
	}

	@ParameterizedTest
	@ValueSource(strings = { "[\"%s\",{\"card\":\"1\"}]", "{\"@type\":\"%s\",\"card\":\"1\",\"x\":2}",
			"{\"@class\":\"%s\"}" })
	void makesNoObjectsOfClassesThatTheSenderNames(String json) {
		Stranger.made = false;
		for (Type type : List.of(Means.class, Object.class, Shape.class)) {
			try {
				assertThat(read(jackson3, json.formatted(Stranger.class.getName()), type))
					.isNotInstanceOf(Stranger.class);
			}
			catch (PayloadConversionException ex) {
				// refused
			}
		}
		assertThat(Stranger.made).isFalse();
	}

	private static Object read(PayloadCodec codec, String json, Type type) {
		return codec.fromJson(json, type);
	}

	@Test
	void usesTheApplicationsMapper() {
		PayloadCodec codec = new Jackson3PayloadCodec(JsonMapper.builder().build());
		assertThat(codec.toJson(Plain.FIRST)).isEqualTo("\"the first\"");
	}

	/** The column "plain Jackson 3" of docs/compatibility.md. */
	@Test
	void plainMapperDiffersAsTheTableSays() {
		PayloadCodec plain = new Jackson3PayloadCodec(JsonMapper.builder().build());
		OffsetDateTime time = OffsetDateTime.parse("2026-01-02T03:04:05+05:00");
		assertThat(plain.toJson(Year.of(2026))).isEqualTo("2026");
		assertThat(plain.toJson(Locale.GERMANY)).isEqualTo("\"de-DE\"");
		assertThat(plain.toJson(Date.from(INSTANT))).endsWith("Z\"");
		assertThat(jackson3.toJson(Date.from(INSTANT))).endsWith("+00:00\"");
		assertThat(read(plain, plain.toJson(time), OffsetDateTime.class))
			.isEqualTo(time.withOffsetSameInstant(java.time.ZoneOffset.UTC));
		for (PayloadCodec other : List.of(jackson2, jackson3)) {
			assertThat(read(other, plain.toJson(Year.of(2026)), Year.class)).isEqualTo(Year.of(2026));
			assertThat(read(other, "\"de-DE\"", Locale.class)).isEqualTo(Locale.GERMANY);
			assertThat(read(other, plain.toJson(Date.from(INSTANT)), Date.class)).isEqualTo(Date.from(INSTANT));
			assertThatExceptionOfType(PayloadConversionException.class)
				.isThrownBy(() -> other.fromJson(plain.toJson(Plain.FIRST), Plain.class));
		}
		assertThat(read(plain, "\"2026\"", Year.class)).isEqualTo(Year.of(2026));
		assertThat(read(plain, "\"de_DE\"", Locale.class)).isEqualTo(Locale.GERMANY);
		assertThatExceptionOfType(PayloadConversionException.class)
			.isThrownBy(() -> plain.fromJson("{\"plain\":null}", Small.class));
	}

	enum Plain {

		FIRST, SECOND;

		@Override
		public String toString() {
			return "the " + name().toLowerCase(Locale.ROOT);
		}

	}

	record Everything(String zulu, int alpha, String mike, Optional<Integer> some, OptionalInt none, List<Plain> list,
			Map<Plain, BigDecimal> map, int bytes, Shape shape, Means means, Year year, Date date) {

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
	sealed interface Shape {

	}

	record Circle(int r) implements Shape {

	}

	record Square(int a) implements Shape {

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
	@JsonSubTypes({ @JsonSubTypes.Type(ByCard.class), @JsonSubTypes.Type(ByCash.class) })
	interface Means {

	}

	record ByCard(String card) implements Means {

	}

	record ByCash(int cash) implements Means {

	}

	public static final class Stranger implements Means {

		static boolean made;

		public String card;

		public Stranger() {
			made = true;
		}

	}

	public static final class ThroughConstructor {

		private final String zulu;

		private final int alpha;

		public ThroughConstructor(String zulu, int alpha) {
			this.zulu = zulu;
			this.alpha = alpha;
		}

		public String getZulu() {
			return this.zulu;
		}

		public int getAlpha() {
			return this.alpha;
		}

		@Override
		public boolean equals(Object other) {
			return other instanceof ThroughConstructor that && this.zulu.equals(that.zulu) && this.alpha == that.alpha;
		}

		@Override
		public int hashCode() {
			return this.alpha;
		}

	}

	public static final class Bean {

		private String zulu = "z";

		private String alpha = "a";

		public String getZulu() {
			return this.zulu;
		}

		public void setZulu(String zulu) {
			this.zulu = zulu;
		}

		public String getAlpha() {
			return this.alpha;
		}

		public void setAlpha(String alpha) {
			this.alpha = alpha;
		}

	}

	record Zone(ZoneId zone) {

	}

	record Empty() {

	}

	record Small(int number, Plain plain) {

	}

	record Masked(@JsonSerialize(using = Masking.class) String card) {

	}

	public static final class Masking extends StdSerializer<String> {

		public Masking() {
			super(String.class);
		}

		@Override
		public void serialize(String value, JsonGenerator generator, SerializationContext context) {
			generator.writeString("***");
		}

	}

	record MaskedByJackson2(@com.fasterxml.jackson.databind.annotation.JsonSerialize(
			using = com.fasterxml.jackson.databind.ser.std.ToStringSerializer.class) String card) {

	}

	public static final class TwoConstructors {

		private final int a;

		public TwoConstructors(int a) {
			this.a = a;
		}

		public TwoConstructors(String text) {
			this(text.length());
		}

		public int getA() {
			return this.a;
		}

	}

	record Holder(Supplier<String> supplier) {

	}

	record Key(int a, int b) {

	}

	record RecordKeys(Map<Key, String> map) {

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	interface UnknownNames {

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
	interface ByClassName {

	}

	/** Of parsers that are kept; those for one payload are made of its text. */
	private static final class CountingParsers extends JsonFactory {

		private static final long serialVersionUID = 1L;

		private final transient PayloadReader<JsonParser, ObjectReader> payloads = new PayloadReader<>(
				new Jackson3Reading(new ObjectMapper(this)), true);

		private int opened;

		@Nullable Object value(String json) {
			return this.payloads.read(json, Object.class);
		}

		@Override
		public JsonParser createParser(ObjectReadContext context, Reader reader) {
			this.opened++;
			return super.createParser(context, reader);
		}

	}

}
