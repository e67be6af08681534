package dev.pgevents.spring.autoconfigure;

import java.lang.reflect.Type;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import dev.pgevents.PayloadCodec;
import dev.pgevents.PayloadConversionException;
import dev.pgevents.postgres.JacksonPayloadCodec;
import dev.pgevents.spring.EventBusCustomizer;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.internal.jackson3.Jackson3PayloadCodec;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import tools.jackson.databind.json.JsonMapper;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(OutputCaptureExtension.class)
class PayloadMapperTests {

	private static final JsonMapper SNAKES = JsonMapper.builder()
		.propertyNamingStrategy(tools.jackson.databind.PropertyNamingStrategies.SNAKE_CASE)
		.build();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EventsAutoConfiguration.class))
		.withPropertyValues("events.backend=in-memory");

	@Test
	void usesTheLibrarysOwnMapperWhateverTheApplicationHas(CapturedOutput output) {
		this.runner.withBean(JsonMapper.class, () -> SNAKES).run((context) -> {
			assertThat(context.getBean(PayloadCodec.class)).isInstanceOf(Jackson3PayloadCodec.class);
			assertThat(context.getBean(PayloadCodec.class).toJson(new Order("7"))).isEqualTo("{\"orderId\":\"7\"}");
			assertThat(output).doesNotContain("spring.jackson");
		});
		this.runner.withPropertyValues("spring.jackson.property-naming-strategy=SNAKE_CASE")
			.run((context) -> assertThat(output).containsOnlyOnce("spring.jackson.* says nothing about payloads"));
	}

	@Test
	void usesTheApplicationsMapperWhereThatIsSaid() {
		ApplicationContextRunner application = this.runner.withPropertyValues("events.payload.mapper=application");
		application.withBean(JsonMapper.class, () -> SNAKES)
			.run((context) -> assertThat(context.getBean(PayloadCodec.class).toJson(new Order("7")))
				.isEqualTo("{\"order_id\":\"7\"}"));
		application
			.withBean(ObjectMapper.class,
					() -> new ObjectMapper().setPropertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE))
			.run((context) -> assertThat(context.getBean(PayloadCodec.class)).isInstanceOfSatisfying(
					JacksonPayloadCodec.class,
					(codec) -> assertThat(codec.toJson(new Order("7"))).isEqualTo("{\"order_id\":\"7\"}")));
	}

	@Test
	void failsTheStartWhereTheApplicationHasNoMapper() {
		this.runner.withPropertyValues("events.payload.mapper=application")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("events.payload.mapper=application needs a JSON mapper"));
	}

	@Test
	void leavesACodecOfTheApplicationsAlone() {
		PayloadCodec own = new JacksonPayloadCodec();
		this.runner.withBean("own", PayloadCodec.class, () -> own)
			.run((context) -> assertThat(context.getBean(PayloadCodec.class)).isSameAs(own));
	}

	@Test
	void handlersAreCheckedAgainstTheCodecThatACustomizerHasSet() {
		PayloadCodec picky = new PayloadCodec() {

			@Override
			public String toJson(Object value) {
				return "1";
			}

			@Override
			public <T> T fromJson(String json, Type type) {
				return null;
			}

			@Override
			public void checkReadable(Type type) {
				throw new PayloadConversionException("read by nobody but " + type.getTypeName());
			}
		};
		this.runner.withConfiguration(AutoConfigurations.of(EventListenerAutoConfiguration.class))
			.withPropertyValues("events.backend=postgres", "events.postgres.url=jdbc:postgresql://localhost:1/none")
			.withBean(EventBusCustomizer.class, () -> (builder) -> builder.codec(picky))
			.withBean(Handler.class)
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("read by nobody but " + Order.class.getName()));
	}

	static class Handler {

		@OnDomainEvent("order.placed")
		void on(Order order) {
		}

	}

	record Order(String orderId) {

	}

}
