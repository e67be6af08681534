package dev.pgevents.spring.internal.listener;

import java.util.List;
import java.util.function.Consumer;

import dev.pgevents.Payload;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.messaging.Message;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs an application with one handler that takes a payload.
 */
abstract class PayloadTest extends ReceivingTest {

	final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
		.withUserConfiguration(Application.class)
		.withPropertyValues("events.backend=in-memory");

	void run(Class<?> handler, Consumer<ApplicationContext> test) {
		this.runner.withBean("handler", handler).run((context) -> {
			assertThat(context).hasNotFailed();
			test.accept(context);
		});
	}

	static void publish(ApplicationContext context, Object payload) {
		context.getBean(DomainEventPublisher.class).publish(payload);
	}

	static SubscriptionFilter filter(ApplicationContext context) {
		return context.getBean(DomainEventListenerContainer.class).subscriptions().iterator().next().filter();
	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	static class Application {

	}

	sealed interface OrderEvent {

	}

	@DomainEvent("order.placed")
	record Placed(String order, int count) implements OrderEvent {

	}

	@DomainEvent("order.shipped")
	record Shipped(String order, String to) implements OrderEvent {

	}

	record NeverPublished(String order) implements OrderEvent {

	}

	static class OfClass {

		@OnDomainEvent
		void on(Placed payload) {
			received.add(payload);
		}

	}

	static class OfList {

		@OnDomainEvent
		void on(List<Placed> payload) {
			received.add(payload);
		}

	}

	static class OfArray {

		@OnDomainEvent
		void on(Placed[] payload) {
			received.add(List.of(payload));
		}

	}

	static class OfMessage {

		@OnDomainEvent
		void on(Message<Placed> message) {
			received.add((message.getPayload() != null) ? message.getPayload() : "nothing");
		}

	}

	static class AnyText {

		@OnDomainEvent
		void on(String payload) {
			received.add(payload);
		}

	}

	static class AnyPayload {

		@OnDomainEvent
		void on(Payload payload) {
			received.add(payload);
		}

	}

	record Plain(String text) {

	}

}
