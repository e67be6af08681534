package dev.pgevents.spring.internal.payload;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.pgevents.Event;
import dev.pgevents.EventErrorHandler;
import dev.pgevents.EventType;
import dev.pgevents.Payload;
import dev.pgevents.PayloadCodec;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.JacksonPayloadCodec;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.PayloadUpcaster;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import dev.pgevents.spring.internal.jackson3.Jackson3PayloadCodec;
import dev.pgevents.spring.internal.listener.ReceivingTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Payloads of earlier versions.
 */
class PayloadUpcasterTests extends ReceivingTest {

	private static final EventType PRICED = EventType.of("order.priced");

	private static final Payload OLD = Payload.ofJson("{\"cents\":1250}");

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
		.withUserConfiguration(Application.class)
		.withBean(EventErrorHandler.class, () -> (subscription, delivery, error) -> received.add(error))
		.withPropertyValues("events.backend=in-memory");

	@ParameterizedTest
	@ValueSource(classes = { Jackson3PayloadCodec.class, JacksonPayloadCodec.class })
	void handlersReadWhatUpcastersHaveMadeOfEarlierVersions(Class<?> codec) {
		PayloadCodec jackson2 = new JacksonPayloadCodec();
		this.runner
			.withBean(PayloadCodec.class,
					() -> (codec == JacksonPayloadCodec.class) ? jackson2 : new Jackson3PayloadCodec(() -> jackson2))
			.withBean(FromCents.class)
			.withBean(WithCurrency.class)
			.withBean(Handler.class)
			.run((context) -> {
				Publisher publisher = context.getBean(Publisher.class);
				publisher.publish(Event.of(PRICED, "1", OLD));
				assertThat(next()).isEqualTo(new Priced(12.5, "EUR"));
				publisher.publish(Event.of(PRICED, "1", new Priced(3, "USD")));
				assertThat(next()).isEqualTo(new Priced(3, "USD"));
				publisher.publish(Event.of(PRICED, "1", null));
				assertThat(next()).as("without payload no upcaster is asked").isEqualTo("nothing");
			});
	}

	@Test
	void conditionsAndApplicationListenersSeeTodaysVersion() {
		this.runner.withBean(FromCents.class)
			.withBean(WithCurrency.class)
			.withBean(Conditional.class)
			.withBean(Listening.class)
			.run((context) -> {
				context.getBean(Publisher.class).publish(Event.of(PRICED, "1", OLD));
				assertThat(new Object[] { next(), next() }).containsExactlyInAnyOrder(new Priced(12.5, "EUR"),
						"listened to " + new Priced(12.5, "EUR"));
			});
	}

	@Test
	void upcasterThatFailsOrGivesNothingFailsTheHandling() {
		this.runner.withBean(PayloadUpcaster.class, () -> new PayloadUpcaster() {

			@Override
			public String upcast(Event event, String json) {
				if ("1".equals(event.appId())) {
					throw new IllegalStateException("deliberate");
				}
				return null;
			}

		}).withBean(Handler.class).run((context) -> {
			context.getBean(Publisher.class).publish(Event.of(PRICED, "1", OLD));
			assertThat(next()).isInstanceOfSatisfying(IllegalStateException.class,
					(ex) -> assertThat(ex).hasMessage("deliberate"));
			context.getBean(Publisher.class).publish(Event.of(PRICED, "2", OLD));
			assertThat(next()).isInstanceOfSatisfying(RuntimeException.class,
					(ex) -> assertThat(ex).hasMessageContainingAll("upcaster", PayloadUpcasterTests.class.getName(),
							"has given null for event order.priced", "return the JSON"));
		});
	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	static class Application {

	}

	@DomainEvent("order.priced")
	public record Priced(double price, String currency) {

	}

	/** The first version had a price in cents. */
	@Order(1)
	static class FromCents implements PayloadUpcaster {

		private final ObjectMapper mapper = new ObjectMapper();

		@Override
		public String upcast(Event event, String json) {
			try {
				ObjectNode tree = (ObjectNode) this.mapper.readTree(json);
				return tree.has("cents") ? tree.put("price", tree.remove("cents").asInt() / 100.0).toString() : json;
			}
			catch (java.io.IOException ex) {
				throw new IllegalStateException(ex);
			}
		}

	}

	/** The second one had no currency. */
	@Order(2)
	static class WithCurrency implements PayloadUpcaster {

		@Override
		public String upcast(Event event, String json) {
			assertThat(json).as("what the first one made").contains("price");
			return json.contains("currency") ? json : json.replaceFirst("}$", ",\"currency\":\"EUR\"}");
		}

	}

	static class Handler {

		@OnDomainEvent
		void on(Priced priced) {
			received.add((priced != null) ? priced : "nothing");
		}

	}

	static class Conditional {

		@OnDomainEvent(types = "order.priced", condition = "#payload['currency'] == 'EUR'")
		void on(Event event) {
			received.add(event.payloadAs(Priced.class));
		}

	}

	static class Listening {

		@EventListener
		void on(Priced priced) {
			received.add("listened to " + priced);
		}

	}

}
