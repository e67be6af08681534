package dev.pgevents.spring.listener;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import dev.pgevents.spring.listener.externalized.Sent;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.PayloadApplicationEvent;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;

class ApplicationEventBridgeTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final BlockingQueue<Object> received = new LinkedBlockingQueue<>();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
		.withUserConfiguration(Application.class)
		.withPropertyValues("events.backend=in-memory");

	@BeforeEach
	void forget() {
		received.clear();
	}

	@Test
	void publishesEventsToListenersOfEvent() {
		run(EventListeners.class, (context) -> {
			assertThat(bridged(context)).isEqualTo(SubscriptionFilter.all());
			publish(context, "epoch.opened", "1");
			publish(context, "epoch.closed", "2");
			assertThat(next()).isEqualTo("any 1");
			assertThat(next()).isEqualTo("any 2");
			assertThat(next()).isEqualTo("closed 2");
		});
	}

	@Test
	void publishesTypedPayloadsAndSubscribesToTheirTypesOnly() {
		run(PayloadListener.class, (context) -> {
			assertThat(bridged(context)).isEqualTo(SubscriptionFilter.types("bridge.closed"));
			context.getBean(Publisher.class).publish(Event.of(EventType.of("bridge.closed"), "1", new Closed("1", 42)));
			assertThat(next()).isEqualTo(new Closed("1", 42));
		});
	}

	@Test
	void takesListenersOfAnInterface() {
		run(InterfaceListener.class, (context) -> {
			publish(context, "epoch.closed", "1");
			assertThat(next()).isEqualTo("interface 1");
		});
	}

	@Test
	void subscribesToNothingWhereNobodyListens() {
		run(NoListener.class, (context) -> assertThat(context.getBean(DomainEventListenerContainer.class).ids())
			.doesNotContain(ApplicationEventBridge.ID));
	}

	@Test
	void subscribesToNothingForListenersOfJustAnyApplicationEvent() {
		run(AnyApplicationEvent.class,
				(context) -> assertThat(context.getBean(DomainEventListenerContainer.class).ids())
					.doesNotContain(ApplicationEventBridge.ID));
	}

	@Test
	void doesNotBridgeTypedPayloadsThatAreSentOn() {
		run(ExternalizedListener.class,
				(context) -> assertThat(context.getBean(DomainEventListenerContainer.class).ids())
					.doesNotContain(ApplicationEventBridge.ID));
	}

	@Test
	void isNarrowedByTypesAndApps() {
		this.runner.withPropertyValues("events.application-events.types=epoch.*", "events.application-events.apps=2,3")
			.withBean(EventListeners.class)
			.run((context) -> {
				assertThat(bridged(context)).isEqualTo(SubscriptionFilter.types("epoch.*").andApps("2", "3"));
				publish(context, "epoch.opened", "1");
				publish(context, "app.registered", "2");
				publish(context, "epoch.opened", "3");
				assertThat(next()).isEqualTo("any 3");
			});
	}

	@Test
	void isSwitchedOff() {
		this.runner.withPropertyValues("events.application-events.enabled=false")
			.withBean(EventListeners.class)
			.run((context) -> assertThat(context.getBean(DomainEventListenerContainer.class).ids())
				.doesNotContain(ApplicationEventBridge.ID));
	}

	@Test
	void opensATransactionForTransactionalListeners() {
		this.runner.withPropertyValues("events.application-events.transactional=true")
			.withUserConfiguration(Transactional.class)
			.run((context) -> {
				publish(context, "epoch.closed", "1");
				assertThat(next()).isEqualTo("committed 1");
			});
	}

	@Test
	void slowListenersDelayNoHandler() {
		run(SlowListener.class, (context) -> {
			publish(context, "epoch.closed", "1");
			publish(context, "epoch.closed", "2");
			assertThat(next()).isEqualTo("handler 1");
			assertThat(next()).isEqualTo("handler 2");
			context.getBean(SlowListener.class).proceed.countDown();
		});
	}

	private void run(Class<?> bean, Consumer<ApplicationContext> test) {
		this.runner.withBean(bean).run((context) -> {
			assertThat(context).hasNotFailed();
			test.accept(context);
		});
	}

	private static SubscriptionFilter bridged(ApplicationContext context) {
		return context.getBean(DomainEventListenerContainer.class)
			.subscriptions()
			.stream()
			.filter((subscription) -> subscription.name().equals(ApplicationEventBridge.ID))
			.findFirst()
			.orElseThrow()
			.filter();
	}

	private static void publish(ApplicationContext context, String type, String appId) {
		context.getBean(Publisher.class).publish(Event.of(EventType.of(type), appId, null));
	}

	private static Object next() {
		try {
			Object next = received.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
			assertThat(next).as("nothing arrived").isNotNull();
			return next;
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@DomainEvent("bridge.closed")
	record Closed(@AppId String app, long index) {

	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	static class Application {

	}

	static class EventListeners {

		@EventListener
		@Order(1)
		void any(Event event) {
			received.add("any " + event.appId());
		}

		@EventListener(condition = "#e.type.value == 'epoch.closed'")
		@Order(2)
		void closed(Event e) {
			received.add("closed " + e.appId());
		}

	}

	static class PayloadListener {

		@EventListener
		void closed(Closed closed) {
			received.add(closed);
		}

	}

	static class InterfaceListener implements ApplicationListener<PayloadApplicationEvent<Event>> {

		@Override
		public void onApplicationEvent(PayloadApplicationEvent<Event> event) {
			received.add("interface " + event.getPayload().appId());
		}

	}

	static class NoListener {

		@EventListener
		void text(String text) {
			received.add(text);
		}

	}

	static class AnyApplicationEvent implements ApplicationListener<ApplicationEvent> {

		@Override
		public void onApplicationEvent(ApplicationEvent event) {
		}

	}

	static class ExternalizedListener {

		@EventListener
		void sent(Sent sent) {
			received.add(sent);
		}

	}

	static class SlowListener {

		final CountDownLatch proceed = new CountDownLatch(1);

		@EventListener
		void slow(Event event) throws InterruptedException {
			this.proceed.await(LIMIT.toSeconds(), TimeUnit.SECONDS);
		}

		@OnDomainEvent("epoch.closed")
		void on(@AppId String app) {
			received.add("handler " + app);
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableTransactionManagement
	static class Transactional {

		@Bean
		AbstractPlatformTransactionManager transactionManager() {
			return new DataSourceTransactionManager(TestPostgres.shared().dataSource());
		}

		@TransactionalEventListener
		void committed(Event event) {
			received.add("committed " + event.appId());
		}

	}

}
