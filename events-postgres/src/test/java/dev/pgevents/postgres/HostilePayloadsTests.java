package dev.pgevents.postgres;

import java.lang.management.ManagementFactory;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.Year;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicBoolean;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.exc.InvalidFormatException;
import com.sun.management.ThreadMXBean;
import dev.pgevents.PayloadConversionException;
import dev.pgevents.postgres.test.CollidingNames;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.util.Throwables.getStackTrace;

/**
 * Payloads come from anybody.
 */
class HostilePayloadsTests {

	/** What would write a line of its own, in colour, if it got into a log. */
	private static final String HOSTILE = "x\n12:00 ERROR forged\u001b[31m\u0085\u2028\u202e";

	private final JacksonPayloadCodec codec = new JacksonPayloadCodec();

	@Test
	void namesOfClassesAreNothingButText() {
		String canary = Canary.class.getName();
		assertThat(this.codec.<Object>fromJson("{\"@class\":\"" + canary + "\"}", Object.class))
			.isEqualTo(Map.of("@class", canary));
		assertThat(this.codec.<Object>fromJson("[\"" + canary + "\",{}]", Object.class))
			.isEqualTo(List.of(canary, Map.of()));
		assertThat(this.codec.<Holder>fromJson("{\"@class\":\"" + canary + "\",\"value\":[\"" + canary + "\",{}]}",
				Holder.class))
			.isEqualTo(new Holder(List.of(canary, Map.of())));
		assertThatExceptionOfType(PayloadConversionException.class)
			.isThrownBy(() -> this.codec.fromJson("{\"value\":{\"@class\":\"" + canary + "\"}}", Polymorphic.class));
		assertThatExceptionOfType(PayloadConversionException.class)
			.isThrownBy(() -> this.codec.fromJson("{\"value\":{\"@class\":\"" + canary + "\"}}", Bounded.class));
		assertThat(canaryLoaded).isFalse();
	}

	@Test
	void typesThatTheReceiverHasNamedWork() {
		assertThat(this.codec.<Shape>fromJson("{\"kind\":\"circle\",\"radius\":1}", Shape.class))
			.isEqualTo(new Circle(1));
	}

	@ParameterizedTest
	@ValueSource(strings = { "1e999999999", "-1e999999999", "1e-999999999", "[1e999999999]", "{\"value\":1e999999999}",
			"\"1e999999999\"", "9e99999", "longest" })
	void hugeNumbersCostNoMoreThanOthers(String given) {
		String json = given.equals("longest") ? "9".repeat(7000) : given;
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		for (Class<?> type : List.of(Object.class, BigInteger.class, BigDecimal.class, int.class, long.class,
				short.class, double.class, float.class, Number.class, String.class, JsonNode.class, Instant.class,
				Duration.class, OffsetDateTime.class, LocalDate.class, Year.class, UUID.class, Holder.class, Big.class,
				Timed.class, BigInteger[].class, Instant[].class)) {
			tryToRead(json, type); // classes are loaded now
			long before = threads.getCurrentThreadAllocatedBytes();
			tryToRead(json, type);
			assertThat(threads.getCurrentThreadAllocatedBytes() - before).as(type.getName()).isLessThan(10_000_000);
		}
	}

	private void tryToRead(String json, Class<?> type) {
		try {
			this.codec.fromJson(json, type);
		}
		catch (PayloadConversionException ex) {
			assertThat(ex).hasMessageContaining(type.getTypeName());
		}
	}

	@Test
	void deepNestingIsRefusedWhateverIsAskedFor() {
		String deep = "{\"next\":".repeat(900) + "null" + "}".repeat(900);
		assertThat(this.codec.<Chain>fromJson("{\"next\":{}}", Chain.class)).isEqualTo(new Chain(new Chain(null)));
		for (Class<?> type : List.of(Chain.class, Object.class, JsonNode.class, String.class)) {
			tryToRead(deep + deep, type);
			tryToRead("[".repeat(7900), type);
		}
	}

	/** Of a thread with as little of it as a JVM gives. */
	@Test
	void whatTheStackHasNoRoomForIsRefused() throws Exception {
		String deep = "{\"next\":".repeat(900) + "null" + "}".repeat(900);
		FutureTask<?> reading = new FutureTask<>(() -> this.codec.fromJson(deep, Chain.class));
		new Thread(null, reading, "little stack", 1).start();
		assertThatExceptionOfType(ExecutionException.class).isThrownBy(reading::get)
			.withCauseInstanceOf(PayloadConversionException.class);
	}

	@Test
	void whatIsQuotedKeepsTheLogInOneLine() {
		String text = quoted(HOSTILE);
		assertQuotedSafely(text, int.class);
		assertQuotedSafely(text, Instant.class);
		assertQuotedSafely(text, UUID.class);
		assertQuotedSafely("{" + text + ":{\"value\":" + text + "}}", MapOfBig.class);
		assertQuotedSafely("{\"value\":" + text + "}", Big.class);
		assertQuotedSafely("{\"text\":" + text + "}", Picky.class);
		assertQuotedSafely("nonsense" + HOSTILE, Object.class);
		assertQuotedSafely("[1" + HOSTILE, Object.class);
		assertQuotedSafely("\"" + "x".repeat(7000) + "\"", int.class);
	}

	private void assertQuotedSafely(String json, Class<?> type) {
		assertThatExceptionOfType(PayloadConversionException.class).isThrownBy(() -> this.codec.fromJson(json, type))
			.satisfies((ex) -> {
				assertThat(ex.getMessage()).hasSizeLessThan(2000);
				assertThat(getStackTrace(ex)).doesNotContain("\n12:00", "\u001b", "\u0085", "\u2028", "\u202e",
						"x".repeat(3000));
			});
	}

	@Test
	void causesThatQuoteNothingOddAreGivenAsTheyAre() {
		assertThatExceptionOfType(PayloadConversionException.class)
			.isThrownBy(() -> this.codec.fromJson("\"many\"", int.class))
			.withMessageContaining("\"many\"")
			.withCauseInstanceOf(InvalidFormatException.class);
	}

	@Test
	void causesThatAreReplacedStillSayWhatAndWhere() {
		assertThatExceptionOfType(PayloadConversionException.class)
			.isThrownBy(() -> this.codec.fromJson("{\"text\":" + quoted(HOSTILE) + "}", Picky.class))
			.satisfies((ex) -> assertThat(getStackTrace(ex)).contains("ValueInstantiationException",
					"IllegalArgumentException: not wanted: x\\n12:00 ERROR forged\\u001b[31m",
					"at " + Picky.class.getName() + ".<init>"));
	}

	/** Names with one hash value. */
	@Test
	void namesThatCollideDoNoHarmToThoseThatFollow() {
		List<String> colliding = new ArrayList<>();
		CollidingNames.all().forEach((name) -> colliding.add("\"" + name + "\":1"));
		String last = colliding.remove(colliding.size() - 1);
		for (int i = 0; i < 2; i++) {
			assertThat(this.codec.<Map<?, ?>>fromJson("{" + String.join(",", colliding) + "}", Map.class)).hasSize(255);
		}
		assertThat(this.codec.<Map<?, ?>>fromJson("{" + last + "}", Map.class)).hasSize(1);
	}

	private String quoted(String text) {
		return this.codec.toJson(text);
	}

	private static final AtomicBoolean canaryLoaded = new AtomicBoolean();

	/** A class that a sender would like to have made. */
	public static final class Canary {

		static {
			canaryLoaded.set(true);
		}

	}

	record Holder(Object value) {

	}

	record Polymorphic(@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) Object value) {

	}

	record Bounded(@JsonTypeInfo(use = JsonTypeInfo.Id.CLASS) Comparable<?> value) {

	}

	@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
	@JsonSubTypes(@JsonSubTypes.Type(value = Circle.class, name = "circle"))
	sealed interface Shape permits Circle {

	}

	record Circle(int radius) implements Shape {

	}

	record Big(BigInteger value) {

	}

	record Timed(Instant value) {

	}

	@SuppressWarnings("serial")
	static final class MapOfBig extends HashMap<String, Big> {

	}

	record Chain(Chain next) {

	}

	record Picky(String text) {

		Picky {
			if (!text.isEmpty()) {
				throw new IllegalArgumentException("not wanted: " + text);
			}
		}

	}

}
