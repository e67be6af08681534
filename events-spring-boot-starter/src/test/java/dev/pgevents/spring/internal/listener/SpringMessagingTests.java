package dev.pgevents.spring.internal.listener;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Payload;
import dev.pgevents.Publisher;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.Header;
import dev.pgevents.spring.OnDomainEvent;
import org.junit.jupiter.api.Test;

import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.handler.annotation.Headers;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Handlers in the words of Spring Messaging.
 */
class SpringMessagingTests extends PayloadTest {

	@Test
	void takesTheWordsOfSpringMessaging() {
		run(Messages.class, (context) -> {
			Event event = Event.builder(EventType.of("order.placed"))
				.payload(new Placed("1", 2))
				.header("tenant", "acme")
				.header("attempt", "3")
				.build();
			context.getBean(Publisher.class).publish(event);
			assertThat(next()).isEqualTo(List.of(new Placed("1", 2), "acme", 3, "none", Optional.empty(), event.id(),
					event.headers(), event.headers(), event.timestamp().toEpochMilli()));
		});
		run(OfMessage.class, (context) -> {
			publish(context, new Placed("1", 2));
			assertThat(next()).isEqualTo(new Placed("1", 2));
			context.getBean(Publisher.class).publish(Event.of(EventType.of("order.placed"), null, null));
			assertThat(next()).isEqualTo("nothing");
		});
	}

	@Test
	void refusesAnEventWithoutTheHeaderThatIsRequired() {
		run(RequiredHeader.class, (context) -> {
			publish(context, new Placed("1", 2));
			context.getBean(Publisher.class)
				.publish(Event.builder(EventType.of("order.placed")).header("tenant", "acme").build());
			assertThat(next()).isEqualTo("acme");
			assertThat(context.getBean(DomainEventListenerContainer.class).subscriptions().iterator().next().stats())
				.satisfies((stats) -> assertThat(stats.failed()).isEqualTo(1));
		});
	}

	@Test
	void refusesAnEventWithoutThePayloadThatIsRequired() {
		run(RequiredPayload.class, (context) -> {
			context.getBean(Publisher.class).publish(Event.of(EventType.of("order.placed"), null, null));
			publish(context, new Placed("1", 2));
			assertThat(next()).isEqualTo(new Placed("1", 2));
			assertThat(context.getBean(DomainEventListenerContainer.class).subscriptions().iterator().next().stats())
				.satisfies((stats) -> assertThat(stats.failed()).isEqualTo(1));
		});
		run(OptionalPayload.class, (context) -> {
			context.getBean(Publisher.class).publish(Event.of(EventType.of("order.placed"), null, null));
			assertThat(next()).isEqualTo("nothing");
		});
	}

	static class Messages {

		@OnDomainEvent
		void on(@org.springframework.messaging.handler.annotation.Payload Placed payload,
				@org.springframework.messaging.handler.annotation.Header("tenant") String tenant,
				@org.springframework.messaging.handler.annotation.Header int attempt,
				@org.springframework.messaging.handler.annotation.Header(name = "x", defaultValue = "none") String x,
				@org.springframework.messaging.handler.annotation.Header("y") Optional<String> y,
				@org.springframework.messaging.handler.annotation.Header("id") UUID id, @Header Map<String, String> all,
				@Headers Map<String, String> same, MessageHeaders headers) {
			received.add(List.of(payload, tenant, attempt, x, y, id, all, same, headers.getTimestamp()));
		}

	}

	static class RequiredPayload {

		@OnDomainEvent
		void on(@org.springframework.messaging.handler.annotation.Payload Placed payload) {
			received.add(payload);
		}

	}

	static class OptionalPayload {

		@OnDomainEvent
		void on(@org.springframework.messaging.handler.annotation.Payload(required = false) Placed payload) {
			received.add((payload != null) ? payload : "nothing");
		}

	}

	static class RequiredHeader {

		@OnDomainEvent("order.placed")
		void on(@org.springframework.messaging.handler.annotation.Header String tenant) {
			received.add(tenant);
		}

	}

}
