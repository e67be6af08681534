package dev.pgevents.spring.internal.listener;

import java.util.function.Consumer;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Runs an application whose listeners get received events.
 */
@ExtendWith(OutputCaptureExtension.class)
abstract class ApplicationEventBridgeTest extends ReceivingTest {

	final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
		.withUserConfiguration(Application.class)
		.withPropertyValues("events.backend=in-memory");

	void run(Class<?> bean, Consumer<ApplicationContext> test) {
		this.runner.withBean(bean).run((context) -> {
			assertThat(context).hasNotFailed();
			test.accept(context);
		});
	}

	static SubscriptionFilter bridged(ApplicationContext context) {
		return context.getBean(DomainEventListenerContainer.class)
			.subscriptions()
			.stream()
			.filter((subscription) -> subscription.name().equals(ApplicationEventBridge.ID))
			.findFirst()
			.orElseThrow()
			.filter();
	}

	static void publish(ApplicationContext context, String type, String appId) {
		context.getBean(Publisher.class).publish(Event.of(EventType.of(type), appId, null));
	}

	@DomainEvent("bridge.closed")
	record Closed(@AppId String app, long index) {

	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	static class Application {

	}

	static class InterfaceListener implements ApplicationListener<PayloadApplicationEvent<Event>> {

		@Override
		public void onApplicationEvent(PayloadApplicationEvent<Event> event) {
			received.add("interface " + event.getPayload().appId());
		}

	}

}
