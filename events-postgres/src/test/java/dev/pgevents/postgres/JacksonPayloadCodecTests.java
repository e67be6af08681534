package dev.pgevents.postgres;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import dev.pgevents.Payload;
import dev.pgevents.PayloadConversionException;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
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
