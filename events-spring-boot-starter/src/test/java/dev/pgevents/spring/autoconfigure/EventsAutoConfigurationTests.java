package dev.pgevents.spring.autoconfigure;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.Subscriber;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.memory.InMemoryEventBus;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.spring.ConnectionStateChanged;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.SlowHandlerDetected;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Which beans there are, and what they do.
 */
class EventsAutoConfigurationTests extends EventsAutoConfigurationTest {

	@Test
	void needsNothingButTheDataSource() {
		this.runner.run((context) -> {
			assertThat(context).hasBean("domainEventBus")
				.hasBean("domainPublisher")
				.hasBean("domainSubscriber")
				.hasBean("domainEventPublisher")
				.hasBean("domainEventListenerContainer");
			assertRoundTrip(context);
		});
	}

	@Test
	void listsTypesOfTheApplicationsOwnWithAChannelEach() {
		this.runner
			.withPropertyValues("events.channels.strategy=per-type", "events.channels.name=own",
					"events.channels.types=order.*,stock.low")
			.run((context) -> {
				PostgresEventBus bus = context.getBean(PostgresEventBus.class);
				bus.subscribe(SubscriptionFilter.types("order.placed", "stock.low", "app.registered"), (event) -> {
				});
				assertThat(bus.status().channels()).containsExactlyInAnyOrder("own.order.*", "own.stock.low",
						"own.other");
			});
		this.runner.withPropertyValues("events.channels.strategy=per-type", "events.channels.types=Order")
			.run((context) -> assertThat(context).getFailure().rootCause().hasMessageContaining("\"Order\""));
	}

	@Test
	void hearsTheStagesOfANodeWhereThatIsWanted() {
		this.runner.withPropertyValues("events.channels.stages=true").run((context) -> {
			PostgresEventBus bus = context.getBean(PostgresEventBus.class);
			bus.subscribe(SubscriptionFilter.types("epoch.closed"), (event) -> {
			});
			assertThat(bus.status().channels()).containsExactlyInAnyOrder("events", "epoch_closed");
		});
		assertFailure(
				this.runner.withPropertyValues("events.channels.stages=true",
						"events.security.signing-key=0123456789abcdef0123456789abcdef"),
				"are never signed", "Leave out events.channels.stages");
	}

	@Test
	void isSwitchedOffByEventsEnabled() {
		this.runner.withPropertyValues("events.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(EventBus.class)
				.doesNotHaveBean(Publisher.class)
				.doesNotHaveBean(Subscriber.class)
				.doesNotHaveBean(DomainEventPublisher.class)
				.doesNotHaveBean(DomainEventListenerContainer.class));
	}

	@Test
	void staysInMemoryWithTheBackendInMemory() {
		new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
			.withPropertyValues("events.backend=in-memory")
			.run((context) -> {
				assertThat(context).getBean(EventBus.class).isInstanceOf(InMemoryEventBus.class);
				assertRoundTrip(context);
			});
	}

	@Test
	void takesTheBackendHoweverItIsWritten() {
		for (String backend : List.of("IN_MEMORY", "inMemory", "In-Memory")) {
			this.runner.withPropertyValues("events.backend=" + backend)
				.run((context) -> assertThat(context).getBean(EventBus.class).isInstanceOf(InMemoryEventBus.class));
		}
	}

	@Test
	void namesTheBackendsThereAre() {
		this.runner.withPropertyValues("events.backend=kafka")
			.run((context) -> assertThat(context).getFailure()
				.hasStackTraceContaining("Failed to bind properties under 'events.backend'"));
	}

	@Test
	void saysWhoseItsSessionsAre() {
		this.runner.withPropertyValues("spring.application.name=shipping").run((context) -> {
			await().atMost(LIMIT).until(context.getBean(EventBus.class)::isDelivering);
			assertThat(database.terminate("pgevents events listener of shipping")).isEqualTo(1);
		});
	}

	@Test
	void beansAreTheOnesToInject() {
		this.runner.run((context) -> {
			assertThat(context.getBean(Publisher.class)).isSameAs(context.getBean("domainPublisher"));
			assertThat(context.getBean(Subscriber.class)).isSameAs(context.getBean("domainSubscriber"));
			assertThat(context.getBean(EventBus.class)).isSameAs(context.getBean("domainEventBus"));
			assertThat(context.getBean("domainEventPublisher")).isInstanceOf(DomainEventPublisher.class)
				.isNotInstanceOf(Publisher.class);
			assertThat(context.getBeanFactory().getBeanDefinition("domainPublisher").isPrimary()).isTrue();
			assertThat(context.getBeanFactory().getBeanDefinition("domainSubscriber").isPrimary()).isTrue();
		});
	}

	@Test
	void onlyEnabledAndBackendDecideWhichBeansExist() {
		this.runner.run((normal) -> this.runner
			.withPropertyValues("events.listener.enabled=false", "events.listener.auto-startup=false",
					"events.application-events.enabled=false", "events.publisher.mode=immediate",
					"events.channels.strategy=per-app", "events.postgres.url=" + database.url())
			.run((other) -> assertThat(other.getBeanDefinitionNames())
				.containsExactlyInAnyOrder(normal.getBeanDefinitionNames())));
	}

	@Test
	void publishesAndDoesNotListenWithTheListenerSwitchedOff() {
		this.runner.withPropertyValues("events.listener.enabled=false").run((context) -> {
			EventBus bus = context.getBean(EventBus.class);
			assertThat(bus.isDelivering()).isFalse();
			assertThat(bus.subscribe(SubscriptionFilter.all(), (event) -> {
			}).ready()).failsWithin(LIMIT).withThrowableThat().withMessageContaining("events.listener.enabled");
			try (PostgresEventBus listening = PostgresEventBus.builder().dataSource(database.dataSource()).build();
					EventStream stream = open(listening)) {
				context.getBean(Publisher.class).publish(Event.of(EventType.of("a"), "off", null));
				assertThat(((Event) stream.poll(LIMIT)).appId()).isEqualTo("off");
			}
		});
	}

	@Test
	void startsWithoutADatabase() {
		this.plain
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost:1/none",
					"spring.datasource.username=nobody")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(context.getBean(EventBus.class).isDelivering()).isFalse();
			});
	}

	@Test
	void tellsOfChangesOfTheConnection() {
		this.runner.withUserConfiguration(Changes.class).run((context) -> {
			Changes changes = context.getBean(Changes.class);
			await().atMost(LIMIT).until(() -> changes.seen.toString().contains("current=LISTENING"));
			assertThat(changes.seen.get(0).previous()).isNotEqualTo(changes.seen.get(0).current());
		});
	}

	@Test
	void tellsOfNoChangesWhereApplicationEventsAreSwitchedOff() {
		this.runner.withUserConfiguration(Changes.class)
			.withPropertyValues("events.application-events.enabled=false")
			.run((context) -> {
				assertRoundTrip(context);
				assertThat(context.getBean(Changes.class).seen).isEmpty();
			});
	}

	@Test
	void tellsOfAHandlerThatIsSlowWhileItRuns() {
		this.runner.withUserConfiguration(SlowHandlers.class)
			.withPropertyValues("events.listener.slow-handler-threshold=1ms")
			.run((context) -> {
				assertToldOfASlowHandler(context);
			});
	}

	@Test
	void staysOpenUntilTheLastLifecycleBeanHasStopped() {
		this.runner.withBean(LastWords.class).run((context) -> {
			LastWords last = context.getBean(LastWords.class);
			PostgresEventBus bus = context.getBean(PostgresEventBus.class);
			context.close();
			assertThat(last.published).succeedsWithin(LIMIT);
			assertThat(bus.status().connection().state()).isEqualTo(ConnectionState.CLOSED);
		});
	}

	@Test
	void runsHandlersOnItsOwnThreads() {
		this.runner.run((context) -> assertThat(handlerThread(context).toString()).doesNotStartWith("VirtualThread"));
	}

	@Test
	@EnabledForJreRange(min = JRE.JAVA_21)
	void runsHandlersOnVirtualThreadsWhereTheApplicationDoes() {
		this.runner.withPropertyValues("spring.threads.virtual.enabled=true")
			.run((context) -> assertThat(handlerThread(context).toString()).startsWith("VirtualThread"));
	}

	@Test
	void inMemoryBusObeysThePropertiesThatConcernIt() {
		ApplicationContextRunner memory = new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
			.withPropertyValues("events.backend=in-memory");
		memory.withUserConfiguration(SlowHandlers.class)
			.withPropertyValues("events.listener.slow-handler-threshold=1ms")
			.run(EventsAutoConfigurationTests::assertToldOfASlowHandler);
		memory.withUserConfiguration(OwnCodec.class).run(EventsAutoConfigurationTest::assertUsesOwnCodec);
		assertFailure(memory.withPropertyValues("events.listener.shutdown-timeout=0s"),
				"events.listener.shutdown-timeout");
	}

	@Test
	void worksWithLazyInitialization() {
		this.runner.withUserConfiguration(Changes.class)
			.withInitializer(
					(context) -> context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
			.run((context) -> {
				assertRoundTrip(context);
				Changes changes = context.getBean(Changes.class);
				await().atMost(LIMIT).until(() -> changes.seen.toString().contains("current=LISTENING"));
			});
	}

	private static void assertToldOfASlowHandler(ApplicationContext context) {
		CountDownLatch told = context.getBean(SlowHandlers.class).told;
		CompletableFuture<Boolean> toldInTime = new CompletableFuture<>();
		Subscription subscription = context.getBean(Subscriber.class)
			.subscribe(SubscriptionFilter.all(),
					(event) -> toldInTime.complete(told.await(LIMIT.toSeconds(), TimeUnit.SECONDS)));
		assertThat(subscription.ready()).succeedsWithin(LIMIT);
		context.getBean(Publisher.class).publish(Event.of(EventType.of("a"), null, null));
		assertThat(toldInTime).succeedsWithin(LIMIT.multipliedBy(2)).isEqualTo(true);
	}

	private static Thread handlerThread(ApplicationContext context) {
		CompletableFuture<Thread> thread = new CompletableFuture<>();
		Subscription subscription = context.getBean(Subscriber.class)
			.subscribe(SubscriptionFilter.all(), (event) -> thread.complete(Thread.currentThread()));
		assertThat(subscription.ready()).succeedsWithin(LIMIT);
		context.getBean(Publisher.class).publish(Event.of(EventType.of("a"), null, null));
		assertThat(thread).succeedsWithin(LIMIT);
		return thread.join();
	}

	@Configuration(proxyBeanMethods = false)
	static class Changes {

		final List<ConnectionStateChanged> seen = new CopyOnWriteArrayList<>();

		@EventListener
		void on(ConnectionStateChanged change) {
			this.seen.add(change);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SlowHandlers {

		final CountDownLatch told = new CountDownLatch(1);

		@EventListener
		void on(SlowHandlerDetected detected) {
			assertThat(detected.delivery()).isInstanceOf(Event.class);
			this.told.countDown();
		}

	}

	/** Stops after all other lifecycle beans, and has something to say. */
	static final class LastWords implements SmartLifecycle {

		final CompletableFuture<Void> published = new CompletableFuture<>();

		private final Publisher publisher;

		private volatile boolean running;

		LastWords(Publisher publisher) {
			this.publisher = publisher;
		}

		@Override
		public int getPhase() {
			return Integer.MIN_VALUE;
		}

		@Override
		public void start() {
			this.running = true;
		}

		@Override
		public void stop() {
			this.running = false;
			try {
				this.publisher.publish(Event.of(EventType.of("a"), null, null));
				this.published.complete(null);
			}
			catch (RuntimeException ex) {
				this.published.completeExceptionally(ex);
			}
		}

		@Override
		public boolean isRunning() {
			return this.running;
		}

	}

}
