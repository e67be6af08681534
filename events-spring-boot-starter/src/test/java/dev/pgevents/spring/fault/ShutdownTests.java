package dev.pgevents.spring.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.fault.FaultyNetwork;
import jakarta.annotation.PreDestroy;
import org.junit.jupiter.api.Test;

import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Applications that stop: in which order, and what is left.
 */
class ShutdownTests extends ShutdownTest {

	@Test
	void leavesNothingBehindHoweverOftenItStartsInOneJvm() throws Exception {
		for (int i = 0; i < 2; i++) {
			SmallApplication application = application(Worker.class);
			try (ConfigurableApplicationContext context = application.startAndAwaitDelivery()) {
				assertWorks(context, "restart" + i);
				assertThat(this.leftovers.threadsOf(application)).isNotEmpty();
			}
			this.leftovers.assertNone(application, database);
		}
	}

	@Test
	void stopsAndStartsAgain() throws Exception {
		SmallApplication application = application(Worker.class);
		try (ConfigurableApplicationContext context = application.startAndAwaitDelivery()) {
			for (int i = 0; i < 2; i++) {
				context.stop();
				assertThat(context.getBean(EventBus.class).subscriptions()).isEmpty();
				await().atMost(LIMIT).until(() -> !this.leftovers.threadsOf(application).contains("events-keep-alive"));
				context.start();
				assertWorks(context, "again" + i);
			}
		}
		this.leftovers.assertNone(application, database);
	}

	@Test
	void hasStoppedReceivingBeforeAnythingElseStops() throws Exception {
		SmallApplication application = application(Worker.class, WebServer.class);
		ConfigurableApplicationContext context = application.startAndAwaitDelivery();
		Worker worker = context.getBean(Worker.class);
		WebServer webServer = context.getBean(WebServer.class);
		worker.hold(context);
		Thread closing = closing(context);
		assertThat(webServer.stopped.getCount()).isEqualTo(1);
		worker.release.countDown();
		end(closing);
		assertThat(webServer.workerWasDone).isTrue();
		assertThat(webServer.subscriptions).isZero();
		this.leftovers.assertNone(application, database);
	}

	@Test
	void sendsWhatItHasAcceptedAndWhatHandlersAndBeansPublishWhileItStops() throws Exception {
		Set<String> received = ConcurrentHashMap.newKeySet();
		try (FaultyNetwork network = FaultyNetwork.inFrontOf(database.url());
				PostgresEventBus receiver = PostgresEventBus.builder().dataSource(database.dataSource()).build()) {
			receiver.subscribe(SubscriptionFilter.types(TOLD), (event) -> received.add(event.appId()))
				.ready()
				.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			ConfigurableApplicationContext context = application(Worker.class, LastWords.class)
				.properties("events.publisher.mode=after-commit")
				.properties(through(network))
				.startAndAwaitDelivery();
			Worker worker = context.getBean(Worker.class);
			worker.hold(context);
			network.delay(Duration.ofMillis(100)); // what is accepted last is under way
													// at the end
			List<String> expected = new ArrayList<>(List.of("transaction", "handler", "lifecycle"));
			Publisher publisher = context.getBean(Publisher.class);
			new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
				.executeWithoutResult((status) -> publisher.publish(told("transaction")));
			for (int i = 0; i < LastWords.COUNT; i++) {
				expected.add("destroyed" + i);
			}
			Thread closing = closing(context);
			worker.release.countDown();
			end(closing);
			await().atMost(LIMIT).untilAsserted(() -> assertThat(received).containsAll(expected));
		}
	}

	@Test
	void stopsWhereItIsDestroyedWithoutBeingStopped() {
		SmallApplication application = application(Worker.class);
		try (ConfigurableApplicationContext context = application.startAndAwaitDelivery()) {
			EventBus bus = context.getBean(EventBus.class);
			((DefaultListableBeanFactory) context.getBeanFactory()).destroySingleton("domainEventListenerContainer");
			assertThat(bus.subscriptions()).isEmpty();
			await().atMost(LIMIT).until(() -> !this.leftovers.threadsOf(application).contains("events-keep-alive"));
		}
	}

	private static void assertWorks(ConfigurableApplicationContext context, String app) {
		context.getBean(Publisher.class).publish(Event.of(EventType.of("shutdown.work"), app, null));
		await().atMost(LIMIT).until(() -> context.getBean(Worker.class).handled.contains(app));
	}

	/** The last to stop, and to be destroyed among the last. */
	static class LastWords extends Running {

		/** More than are sent at a time. */
		static final int COUNT = 2500;

		private final Publisher publisher;

		LastWords(Publisher publisher) {
			this.publisher = publisher;
		}

		@Override
		public int getPhase() {
			return Integer.MIN_VALUE;
		}

		@Override
		void end() {
			this.publisher.publish(told("lifecycle"));
		}

		@PreDestroy
		void destroyed() {
			for (int i = 0; i < COUNT; i++) {
				this.publisher.publishAsync(told("destroyed" + i));
			}
		}

	}

}
