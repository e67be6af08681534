package dev.pgevents.spring.internal.handling;

import java.util.function.Consumer;

import dev.pgevents.Delivery;
import dev.pgevents.EventErrorHandler;
import dev.pgevents.EventType;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionStats;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import dev.pgevents.spring.internal.listener.ReceivingTest;

import org.springframework.beans.factory.BeanNameAware;
import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.task.TaskExecutionAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs an application with one handler of orders, on a bus in memory.
 */
abstract class OrderHandlerTest extends ReceivingTest {

	static final EventType PLACED = EventType.of("order.placed");

	final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class,
				TaskExecutionAutoConfiguration.class))
		.withUserConfiguration(Application.class)
		.withPropertyValues("events.backend=in-memory");

	void run(Class<?> handler, Consumer<ApplicationContext> test) {
		this.runner.withBean("handler", handler).run((context) -> {
			assertThat(context).hasNotFailed();
			test.accept(context);
		});
	}

	static SubscriptionStats stats(ApplicationContext context) {
		return context.getBean(DomainEventListenerContainer.class).subscriptions().iterator().next().stats();
	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	static class Application {

	}

	@DomainEvent("order.placed")
	record Placed(@AppId String order, int count) {

	}

	static class Recording implements EventErrorHandler, BeanNameAware {

		private String name;

		@Override
		public void setBeanName(String name) {
			this.name = name;
		}

		@Override
		public void onError(Subscription subscription, Delivery delivery, Throwable error) {
			received.add(this.name + ": " + error.getMessage());
		}

	}

}
