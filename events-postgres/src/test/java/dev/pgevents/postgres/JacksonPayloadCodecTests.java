package dev.pgevents.postgres;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.pgevents.Payload;
import dev.pgevents.PayloadConversionException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

class JacksonPayloadCodecTests {

	private final JacksonPayloadCodec codec = new JacksonPayloadCodec();

	@Test
	void writesIsoDatesAndOptionalsAndReadsThem() {
		Times times = new Times(Instant.parse("2026-01-19T10:00:00.123456789Z"), LocalDate.parse("2026-01-19"),
				OffsetDateTime.parse("2026-01-19T10:00:00+05:30"), Duration.ofMinutes(90), Optional.of(1),
				Optional.empty());
		String json = this.codec.toJson(times);
		assertThat(json).isEqualTo("{\"instant\":\"2026-01-19T10:00:00.123456789Z\",\"date\":\"2026-01-19\","
				+ "\"offset\":\"2026-01-19T10:00:00+05:30\",\"duration\":\"PT1H30M\",\"some\":1,\"none\":null}");
		assertThat(Payload.ofJson(json, this.codec).as(Times.class)).isEqualTo(times);
	}

	@Test
	void skipsFieldsItDoesNotKnowAndTakesMissingOnesForNothing() {
		Small small = Payload.ofJson("{\"more\":{\"a\":[1]},\"number\":7}", this.codec).as(Small.class);
		assertThat(small).isEqualTo(new Small(7, null, Optional.empty()));
	}

	@Test
	void readsGenericTypesPrimitivesAndNothing() {
		List<Small> list = Payload.ofJson("[{\"number\":1}]", this.codec).as(new TypeReference<List<Small>>() {
		}.getType());
		assertThat(list).containsExactly(new Small(1, null, Optional.empty()));
		int number = Payload.ofJson("42", this.codec).as(int.class);
		assertThat(number).isEqualTo(42);
		assertThat(Payload.ofJson("null", this.codec).as(Small.class)).isNull();
		Object map = Payload.ofJson("{\"a\":1}", this.codec).as(Map.class);
		assertThat(map).isEqualTo(Map.of("a", 1));
	}

	@Test
	void whatDoesNotFitNamesTheTargetAndTheJsonShortenedOnOneLine() {
		Payload payload = Payload.ofJson("{\"number\":\"no\nnumber" + "x".repeat(7000) + "\"}", this.codec);
		assertThatExceptionOfType(PayloadConversionException.class).isThrownBy(() -> payload.as(Small.class))
			.withMessageContaining(Small.class.getName())
			.withMessageContaining("{\"number\":\"no")
			.satisfies((ex) -> assertThat(ex.getMessage()).hasSizeLessThan(500).doesNotContain("\n"));
		assertThatExceptionOfType(PayloadConversionException.class)
			.isThrownBy(() -> Payload.ofJson("1 2", this.codec).as(Integer.class));
		assertThatExceptionOfType(PayloadConversionException.class)
			.isThrownBy(() -> Payload.ofJson("{\"number\":-1}", this.codec).as(Refusing.class));
	}

	@Test
	void whatCannotBeWrittenNamesTheClass() {
		assertThatExceptionOfType(PayloadConversionException.class)
			.isThrownBy(() -> this.codec.toJson(new SelfContaining()))
			.withMessageContaining(SelfContaining.class.getName());
	}

	@Test
	void resolvesNoTypesThatTheSenderNames() {
		Object value = Payload.ofJson("[\"java.util.Date\",0]", this.codec).as(Object.class);
		assertThat(value).isEqualTo(List.of("java.util.Date", 0));
		assertThat(Payload.ofJson("{\"@class\":\"java.util.Date\"}", this.codec).as(Object.class))
			.isInstanceOf(Map.class);
	}

	@Test
	void applicationsMapperIsUsed() {
		JacksonPayloadCodec strict = new JacksonPayloadCodec(new JsonMapper());
		assertThatExceptionOfType(PayloadConversionException.class)
			.isThrownBy(() -> strict.fromJson("{\"number\":1,\"more\":2}", Plain.class));
	}

	@Test
	void readsTheJsonOfAnObjectAsText() {
		assertThat(Payload.ofJson("{\"a\":1}", this.codec).as(String.class)).isEqualTo("{\"a\":1}");
		assertThat(Payload.ofJson(" [1]", this.codec).as(String.class)).isEqualTo(" [1]");
		assertThat(Payload.ofJson("\"a\"", this.codec).as(String.class)).isEqualTo("a");
	}

	@Test
	void readsWhatASealedTypePermits() {
		Shape shape = new Shape.Circle(1);
		String json = this.codec.toJson(shape);
		assertThat(Payload.ofJson(json, this.codec).as(Shape.class)).isEqualTo(shape);
		String drawing = this.codec.toJson(new Drawing(List.of(shape)));
		assertThat(Payload.ofJson(drawing, this.codec).as(Drawing.class)).isEqualTo(new Drawing(List.of(shape)));
	}

	@Test
	void tellsSubtypesApartByTheirProperties() {
		Paid paid = new Paid("7", new ByCard("4111"));
		assertThat(Payload.ofJson(this.codec.toJson(paid), this.codec).as(Paid.class)).isEqualTo(paid);
		Means means = new ByVoucher(3);
		assertThat(Payload.ofJson(this.codec.toJson(means), this.codec).as(Means.class)).isEqualTo(means);
	}

	@Test
	void deducesNoClassThatTheSenderNames() {
		for (String json : List.of("[\"" + Stranger.class.getName() + "\",{\"voucher\":1}]",
				"{\"@type\":\"" + Stranger.class.getName() + "\",\"voucher\":1,\"x\":2}",
				"[\"" + Stranger.class.getName() + "\",[]]")) {
			Stranger.made = false;
			try {
				assertThat((Object) Payload.ofJson(json, this.codec).as(Means.class)).isNotInstanceOf(Stranger.class);
			}
			catch (PayloadConversionException ex) {
				// refused
			}
			assertThat(Stranger.made).isFalse();
		}
	}

	@Test
	void buildsClassesThroughTheirConstructor() {
		ThroughConstructor read = Payload.ofJson(this.codec.toJson(new ThroughConstructor("7", 3)), this.codec)
			.as(ThroughConstructor.class);
		assertThat(read.getId()).isEqualTo("7");
		assertThat(read.getCount()).isEqualTo(3);
	}

	@ParameterizedTest
	@ValueSource(classes = { Unbuildable.class, Holder.class, Unknown.class, ByClassName.class, Supplier.class,
			RecordKeys.class })
	void saysWhatCannotBeRead(Class<?> type) {
		assertThatExceptionOfType(PayloadConversionException.class).isThrownBy(() -> this.codec.checkReadable(type))
			.withMessageContaining(type.getName());
	}

	@ParameterizedTest
	@ValueSource(classes = { Times.class, Small.class, Drawing.class, Paid.class, Shape.class, JsonNode.class,
			Map.class, Object.class, int.class, String.class, byte[].class, Node.class, ThroughConstructor.class,
			AtomicReference.class, Throwable.class, CharSequence.class, Iterable.class })
	void saysNothingAboutWhatCanBeRead(Class<?> type) {
		assertThatCode(() -> this.codec.checkReadable(type)).doesNotThrowAnyException();
	}

	@ParameterizedTest
	@MethodSource("unreadable")
	void doesNotPublishWhatNobodyCouldReadAgain(Object payload) {
		assertThatExceptionOfType(PayloadConversionException.class).isThrownBy(() -> this.codec.toJson(payload))
			.withMessageContainingAll(payload.getClass().getName(), "no handler could read it");
	}

	static List<Object> unreadable() {
		return List.of(new Unbuildable(1), new Holder(() -> "x"), new Named(1), new RecordKeys(Map.of()));
	}

	@Test
	void publishesWhatIsNoClassOfItsOwn() {
		assertThat(this.codec.toJson(Map.of("a", 1))).isEqualTo("{\"a\":1}");
		assertThat(this.codec.toJson(new Object() {

			public final int a = 1;

		})).isEqualTo("{\"a\":1}");
		assertThat(this.codec.toJson(List.of(1))).isEqualTo("[1]");
	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
	sealed interface Shape {

		record Circle(int r) implements Shape {

		}

		record Square(int a) implements Shape {

		}

	}

	record Drawing(List<Shape> shapes) {

	}

	record Paid(String order, Means by) {

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.DEDUCTION)
	@JsonSubTypes({ @JsonSubTypes.Type(ByCard.class), @JsonSubTypes.Type(ByVoucher.class) })
	interface Means {

	}

	record ByCard(String card) implements Means {

	}

	record ByVoucher(int voucher) implements Means {

	}

	public static final class Stranger implements Means {

		static boolean made;

		public int voucher;

		public Stranger() {
			made = true;
		}

	}

	public static final class ThroughConstructor {

		private final String id;

		private final int count;

		public ThroughConstructor(String id, int count) {
			this.id = id;
			this.count = count;
		}

		public String getId() {
			return this.id;
		}

		public int getCount() {
			return this.count;
		}

	}

	public static final class Unbuildable {

		private final int a;

		public Unbuildable(int a) {
			this.a = a;
		}

		public Unbuildable(String text) {
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

	record Node(int value, List<Node> children, Node parent) {

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME)
	interface Unknown {

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS)
	interface ByClassName {

	}

	record Named(int a) implements ByClassName {

	}

	record Times(Instant instant, LocalDate date, OffsetDateTime offset, Duration duration, Optional<Integer> some,
			Optional<Integer> none) {

	}

	record Small(int number, String text, Optional<String> maybe) {

	}

	record Plain(int number) {

	}

	record Refusing(int number) {

		Refusing {
			if (number < 0) {
				throw new IllegalArgumentException("number is negative");
			}
		}

	}

	public static final class SelfContaining {

		public SelfContaining getSelf() {
			return this;
		}

	}

}
