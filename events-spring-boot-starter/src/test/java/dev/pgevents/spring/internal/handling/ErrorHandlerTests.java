package dev.pgevents.spring.internal.handling;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventErrorHandler;
import dev.pgevents.Publisher;
import dev.pgevents.Subscription;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.OnDomainEvent;
import org.junit.jupiter.api.Test;

import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Error handlers of the application.
 */
class ErrorHandlerTests extends OrderHandlerTest {

	@Test
	void errorHandlerMayPauseTheMethodUntilAPersonHasLooked() {
		this.runner.withBean(EventErrorHandler.class, Pausing::new)
			.withBean("handler", FailingFirst.class)
			.run((context) -> {
				context.getBean(Pausing.class).container = context.getBean(DomainEventListenerContainer.class);
				context.getBean(Publisher.class).publish(Event.of(PLACED, "1", null));
				assertThat(next()).isEqualTo("paused");
				context.getBean(Publisher.class).publish(Event.of(PLACED, "2", null));
				await().atMost(LIMIT).until(() -> stats(context).queued() == 1);
				assertThat(received).isEmpty();
				context.getBean(DomainEventListenerContainer.class).resume("handler.on");
				assertThat(next()).isEqualTo("handled 2");
			});
	}

	@Test
	void tellsErrorHandlersOfFailures() {
		this.runner.withBean("own", Recording.class).withBean(Failing.class).run((context) -> {
			context.getBean(Publisher.class).publish(Event.of(PLACED, "1", null));
			assertThat(next()).isEqualTo("own: on purpose");
		});
		this.runner.withBean("own", Recording.class)
			.withBean("other", Recording.class)
			.withBean(FailingWithOther.class)
			.run((context) -> {
				context.getBean(Publisher.class).publish(Event.of(PLACED, "1", null));
				assertThat(next()).isEqualTo("other: on purpose");
			});
		this.runner.withUserConfiguration(BridgeErrors.class).run((context) -> {
			context.getBean(Publisher.class).publish(Event.of(PLACED, "1", null));
			assertThat(next()).isEqualTo("own: on purpose");
		});
	}

	static class FailingFirst {

		@OnDomainEvent("order.placed")
		void on(@AppId String app) {
			if (app.equals("1")) {
				throw new IllegalStateException("on purpose");
			}
			received.add("handled " + app);
		}

	}

	static class Pausing implements EventErrorHandler {

		private DomainEventListenerContainer container;

		@Override
		public void onError(Subscription subscription, Delivery delivery, Throwable error) {
			this.container.pause(subscription.name());
			received.add("paused");
		}

	}

	static class Failing {

		@OnDomainEvent("order.placed")
		void on() {
			throw new IllegalStateException("on purpose");
		}

	}

	static class FailingWithOther {

		@OnDomainEvent(types = "order.placed", errorHandler = "${handler:other}")
		void on() {
			throw new IllegalStateException("on purpose");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class BridgeErrors {

		@Bean
		Recording own() {
			return new Recording();
		}

		@EventListener
		void on(Event event) {
			throw new IllegalStateException("on purpose");
		}

	}

}
