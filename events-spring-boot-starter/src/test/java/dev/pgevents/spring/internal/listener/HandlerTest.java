package dev.pgevents.spring.internal.listener;

import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.Header;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs an application with one handler, on a bus in memory.
 */
@ExtendWith(OutputCaptureExtension.class)
abstract class HandlerTest extends ReceivingTest {

	static final EventType CLOSED = EventType.of("epoch.closed");

	final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
		.withPropertyValues("events.backend=in-memory");

	void run(Class<?> handler, Consumer<ApplicationContext> test) {
		String name = Character.toLowerCase(handler.getSimpleName().charAt(0)) + handler.getSimpleName().substring(1);
		this.runner.withBean(name, handler).run((context) -> {
			assertThat(context).hasNotFailed();
			test.accept(context);
		});
	}

	static void publish(ApplicationContext context, String appId) {
		context.getBean(Publisher.class).publish(Event.of(CLOSED, appId, null));
	}

	static DomainEventListenerContainer container(ApplicationContext context) {
		return context.getBean(DomainEventListenerContainer.class);
	}

	static SubscriptionFilter filter(ApplicationContext context, String id) {
		return container(context).subscriptions()
			.stream()
			.filter((subscription) -> subscription.name().equals(id))
			.findFirst()
			.orElseThrow()
			.filter();
	}

	@DomainEvent("epoch.closed")
	record Closed(@AppId String app, long index) {

	}

	static class EveryParameter {

		@OnDomainEvent("epoch.closed")
		void on(@Header("trace") String trace, Closed payload, @AppId String app, Event event, EventType type,
				Instant timestamp) {
			received.add(List.of(trace, payload.index(), app, event, type, timestamp));
		}

	}

	static class Inferred {

		@OnDomainEvent
		void on(Closed payload) {
			received.add(payload);
		}

	}

	static class Everything {

		@OnDomainEvent
		void on(Event event) {
			received.add(event);
		}

	}

}
