package dev.pgevents.spring.kotlin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Payload;
import dev.pgevents.PayloadCodec;
import dev.pgevents.PayloadConversionException;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.JacksonPayloadCodec;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import dev.pgevents.spring.internal.jackson3.Jackson3PayloadCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.FieldSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Classes that the Kotlin compiler made, as payloads and as handlers, with both Jacksons.
 */
class KotlinTests {

	private static final PayloadCodec jackson2 = new JacksonPayloadCodec();

	private static final PayloadCodec jackson3 = new Jackson3PayloadCodec(() -> jackson2);

	static final List<PayloadCodec> codecs = List.of(jackson2, jackson3);

	private static final OrderPlaced FULL = new OrderPlaced("1", 2, "a note", true, List.of(new Line("x", 3)),
			Status.PAID, Instant.parse("2026-01-19T10:00:00Z"));

	private static final OrderPlaced DEFAULTS = new OrderPlaced("1", 7, null, false, List.of(), Status.NEW, null);

	private final BlockingQueue<Object> received = new LinkedBlockingQueue<>();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
		.withPropertyValues("events.backend=in-memory");

	@Test
	void bothJacksonsWriteTheSame() {
		assertThat(jackson3.toJson(FULL)).isEqualTo(jackson2.toJson(FULL))
			.isEqualTo("{\"app\":\"1\",\"amount\":2,\"note\":\"a note\",\"isGift\":true,"
					+ "\"lines\":[{\"sku\":\"x\",\"count\":3}],\"status\":\"PAID\",\"at\":\"2026-01-19T10:00:00Z\"}");
	}

	@ParameterizedTest
	@FieldSource("codecs")
	void readsDataClassesWithTheirDefaults(PayloadCodec codec) {
		assertThatCode(() -> codec.checkReadable(OrderPlaced.class)).doesNotThrowAnyException();
		assertThat((OrderPlaced) codec.fromJson(codec.toJson(FULL), OrderPlaced.class)).isEqualTo(FULL);
		assertThat((OrderPlaced) codec.fromJson("{\"app\":\"1\",\"unknown\":[]}", OrderPlaced.class))
			.isEqualTo(DEFAULTS);
	}

	@ParameterizedTest
	@ValueSource(strings = { "{}", "{\"app\":null}", "{\"app\":\"1\",\"lines\":null}",
			"{\"app\":\"1\",\"status\":null}", "{\"app\":\"1\",\"lines\":[{\"count\":1}]}" })
	void refusesNullWhereKotlinHasNone(String json) {
		for (PayloadCodec codec : codecs) {
			assertThatExceptionOfType(PayloadConversionException.class).as(codec.getClass().getName())
				.isThrownBy(() -> codec.fromJson(json, OrderPlaced.class));
		}
	}

	@Test
	void saysWhatIsMissingWhereTheMapperDoesNotKnowKotlin() {
		for (PayloadCodec codec : List.of(new JacksonPayloadCodec(new ObjectMapper()),
				new Jackson3PayloadCodec(JsonMapper.builder().build()))) {
			assertThatExceptionOfType(PayloadConversionException.class).as(codec.getClass().getName())
				.isThrownBy(() -> codec.checkReadable(Line.class))
				.withMessageContainingAll(Line.class.getName(), "cannot be constructed",
						"it is a class of Kotlin: add jackson-module-kotlin");
		}
	}

	@ParameterizedTest
	@FieldSource("codecs")
	void handlersInKotlinTakeThem(PayloadCodec codec) {
		this.runner.withBean(PayloadCodec.class, () -> codec)
			.withBean(OrderHandler.class, () -> new OrderHandler(this.received))
			.run((context) -> {
				DomainEventPublisher publisher = context.getBean(DomainEventPublisher.class);
				publisher.publish(FULL);
				assertThat(next()).isEqualTo(FULL);
				assertThat(next()).as("the app id, which is on a parameter of the constructor").isEqualTo("1");
				publisher.publish(new ParcelSent("p", 2.5));
				assertThat(next()).isEqualTo(new ParcelSent("p", 2.5));
				context.getBean(Publisher.class)
					.publish(Event.of(EventType.of("parcel.lost"), null, Payload.ofJson("{\"id\":\"q\"}")));
				assertThat(next()).isEqualTo("lost q");
			});
	}

	@Test
	void conditionsNameParametersOfKotlin() {
		this.runner.withBean(LargeOrderHandler.class, () -> new LargeOrderHandler(this.received)).run((context) -> {
			context.getBean(DomainEventPublisher.class).publish(DEFAULTS);
			OrderPlaced large = DEFAULTS.copy("1", 101, null, false, List.of(), Status.NEW, null);
			context.getBean(DomainEventPublisher.class).publish(large);
			assertThat(next()).isEqualTo(large);
		});
	}

	@Test
	void refusesSuspendFunctionsAndThoseThatReturnSomething() {
		this.runner.withBean(SuspendingHandler.class)
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("it is a suspend function"));
		this.runner.withBean(ReturningHandler.class, () -> new ReturningHandler(new java.util.ArrayList<>()))
			.run((context) -> assertThat(context).getFailure().hasStackTraceContaining("it returns boolean"));
	}

	@Test
	void exampleOfTheDocumentationIsCompiled() throws IOException {
		String page = Files.readString(Path.of("..", "docs", "spring.md"));
		String example = page.substring(page.indexOf("```kotlin\n") + "```kotlin\n".length());
		assertThat(Files
			.readString(Path.of("src", "test", "kotlin", "dev", "pgevents", "spring", "kotlin", "SpringPage.kt")))
			.endsWith("\n" + example.substring(0, example.indexOf("```")));
	}

	private Object next() throws InterruptedException {
		Object next = this.received.poll(20, TimeUnit.SECONDS);
		assertThat(next).as("nothing arrived").isNotNull();
		return next;
	}

}
