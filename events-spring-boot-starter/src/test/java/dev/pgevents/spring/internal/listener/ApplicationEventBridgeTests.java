package dev.pgevents.spring.internal.listener;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.Publisher;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.EventsConfigurationException;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.internal.listener.externalized.Sent;
import dev.pgevents.spring.internal.listener.externalized.SentByModulith;
import org.junit.jupiter.api.Test;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.context.event.SimpleApplicationEventMulticaster;
import org.springframework.core.annotation.Order;
import org.springframework.core.task.SimpleAsyncTaskExecutor;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.annotation.EnableTransactionManagement;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.AbstractPlatformTransactionManager;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What application listeners get of received events.
 */
class ApplicationEventBridgeTests extends ApplicationEventBridgeTest {

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
	void needsATransactionManagerToOpenTransactions() {
		this.runner.withPropertyValues("events.application-events.transactional=true")
			.withBean(EventListeners.class)
			.run((context) -> assertThat(context).getFailure()
				.rootCause()
				.isInstanceOf(EventsConfigurationException.class)
				.hasMessageContainingAll("transaction manager", "@Primary"));
	}

	@Test
	void saysThatTransactionalListenersWouldHearNothing(CapturedOutput output) {
		String said = "set events.application-events.transactional=true";
		this.runner.withUserConfiguration(Transactional.class)
			.run((context) -> assertThat(output.getAll()).containsOnlyOnce(said));
		int before = output.getAll().length();
		this.runner.withUserConfiguration(Transactional.class)
			.withPropertyValues("events.application-events.transactional=true")
			.run((context) -> assertThat(output.getAll().substring(before)).doesNotContain(said));
	}

	@Test
	void publishesGapsInOrder() {
		this.runner.withPropertyValues("events.listener.buffer-size=1").withBean(GapListener.class).run((context) -> {
			GapListener listener = context.getBean(GapListener.class);
			publish(context, "epoch.closed", "first");
			assertThat(listener.entered.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
			publish(context, "epoch.closed", "dropped");
			publish(context, "epoch.closed", "kept");
			listener.proceed.countDown();
			assertThat(next()).isEqualTo("first");
			assertThat(next()).isEqualTo("gap of 1");
			assertThat(next()).isEqualTo("kept");
		});
	}

	@Test
	void worksWithAMulticasterThatHasThreadsOfItsOwn() {
		this.runner.withUserConfiguration(AsynchronousMulticaster.class)
			.withBean(InterfaceListener.class)
			.run((context) -> {
				publish(context, "epoch.closed", "1");
				assertThat(next()).isEqualTo("interface 1");
			});
	}

	@Test
	void goesOnAfterAListenerHasFailed() {
		run(FailingListener.class, (context) -> {
			publish(context, "epoch.closed", "fail");
			publish(context, "epoch.closed", "2");
			assertThat(next()).isEqualTo("2");
		});
	}

	@Test
	void tellsTheListenersOfEachContextOnce() {
		this.runner.withBean("parents", Hearing.class)
			.run((parent) -> this.runner.withParent(parent).withBean("childs", Hearing.class).run((child) -> {
				publish(parent, "epoch.closed", "1");
				publish(parent, "epoch.closed", "2");
				Hearing ofParent = parent.getBean("parents", Hearing.class);
				Hearing ofChild = child.getBean("childs", Hearing.class);
				// The child's bridge is through with "1" when its listener hears "2".
				await().atMost(LIMIT).until(() -> ofParent.heard.contains("2") && ofChild.heard.contains("2"));
				assertThat(ofParent.heard).containsExactly("1", "2");
				assertThat(ofChild.heard).containsExactly("1", "2");
			}));
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

	static class ExternalizedListener {

		@EventListener
		void sent(Sent sent) {
			received.add(sent);
		}

		@EventListener
		void sent(SentByModulith sent) {
			received.add(sent);
		}

	}

	static class GapListener {

		final CountDownLatch entered = new CountDownLatch(1);

		final CountDownLatch proceed = new CountDownLatch(1);

		@EventListener
		void on(Event event) throws InterruptedException {
			this.entered.countDown();
			this.proceed.await(LIMIT.toSeconds(), TimeUnit.SECONDS);
			received.add(event.appId());
		}

		@EventListener
		void on(Gap gap) {
			received.add("gap of " + gap.dropped());
		}

	}

	static class Hearing {

		final List<String> heard = new CopyOnWriteArrayList<>();

		@EventListener
		void on(Event event) {
			this.heard.add(String.valueOf(event.appId()));
		}

	}

	static class FailingListener {

		@EventListener
		void on(Event event) {
			if ("fail".equals(event.appId())) {
				throw new IllegalStateException("on purpose");
			}
			received.add(event.appId());
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class AsynchronousMulticaster {

		@Bean
		SimpleApplicationEventMulticaster applicationEventMulticaster() {
			SimpleApplicationEventMulticaster multicaster = new SimpleApplicationEventMulticaster();
			multicaster.setTaskExecutor(new SimpleAsyncTaskExecutor());
			return multicaster;
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
