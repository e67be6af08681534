package dev.pgevents.spring.autoconfigure;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventType;
import dev.pgevents.OverflowPolicy;
import dev.pgevents.Publisher;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.memory.InMemoryEventBus;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.ChannelStrategy;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.SyncOnDomainEvent;
import dev.pgevents.spring.app.TestDatabase;
import dev.pgevents.spring.internal.actuate.BusMeters;
import dev.pgevents.spring.internal.actuate.EventsDescriptor;
import dev.pgevents.spring.internal.actuate.EventsEndpoint;
import dev.pgevents.spring.internal.actuate.EventsHealthIndicator;
import dev.pgevents.spring.internal.actuate.HandlerTimers;
import dev.pgevents.spring.internal.actuate.SubscriptionDescriptor;
import dev.pgevents.spring.internal.actuate.SubscriptionMeters;
import dev.pgevents.spring.internal.actuate.SyncMeters;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.autoconfigure.endpoint.PropertiesEndpointAccessResolver;
import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.actuate.endpoint.EndpointAccessResolver;
import org.springframework.boot.actuate.endpoint.EndpointId;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.OperationFilter;
import org.springframework.boot.actuate.endpoint.invoke.convert.ConversionServiceParameterValueMapper;
import org.springframework.boot.actuate.endpoint.web.EndpointMediaTypes;
import org.springframework.boot.actuate.endpoint.web.annotation.WebEndpointDiscoverer;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.entry;
import static org.awaitility.Awaitility.await;

class ActuatorAutoConfigurationTests {

	/** As Boot binds meters, before anything is started. */
	static class SyncMetersBinding {

		SyncMetersBinding(SyncMeters meters, MeterRegistry registry) {
			meters.bindTo(registry);
		}

	}

	static class Worker {

		@OnDomainEvent("epoch.closed")
		void on(Event event) {
		}

	}

	static class Ledger {

		private volatile boolean works;

		@SyncOnDomainEvent(every = "1h")
		void catchUp() {
			if (!this.works) {
				throw new IllegalStateException("deliberate");
			}
		}

	}

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static TestPostgres database;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, EventsAutoConfiguration.class,
				EventsHealthAutoConfiguration.class, EventsEndpointAutoConfiguration.class,
				EventsMetricsAutoConfiguration.class))
		.withPropertyValues(TestDatabase.properties(database))
		.withPropertyValues("management.endpoints.web.exposure.include=events");

	@BeforeAll
	static void createDatabase() throws SQLException {
		database = TestPostgres.shared().createDatabase();
	}

	@Test
	void isUpWhileEventsArrive() {
		this.runner.run((context) -> {
			await().atMost(LIMIT).until(context.getBean(EventBus.class)::isDelivering);
			Health health = context.getBean(EventsHealthIndicator.class).health();
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).containsEntry("connection", ConnectionState.LISTENING)
				.containsOnlyKeys("connection", "diagnosis")
				.extractingByKey("diagnosis")
				.asString()
				.startsWith("Events published here arrive here: proven at ");
		});
	}

	@Test
	void isDownOnlyAfterTheGracePeriod() {
		try (PostgresEventBus bus = unreachable()) {
			await().atMost(LIMIT).until(() -> bus.status().connection().problem() != null);
			Instant since = bus.status().connection().notDeliveringSince();
			Health before = health(bus, since.plusSeconds(60));
			assertThat(before.getStatus()).isEqualTo(Status.UP);
			Health after = health(bus, since.plusSeconds(61));
			assertThat(after.getStatus()).isEqualTo(Status.DOWN);
			assertThat(after.getDetails()).containsEntry("notDeliveringSince", since)
				.extractingByKey("problem")
				.asString()
				.contains("localhost:1")
				.doesNotContain("hidden");
		}
	}

	@Test
	void isUpWhereListeningIsSwitchedOff() {
		this.runner.withPropertyValues("events.listener.enabled=false", "management.health.events.grace-period=0s")
			.run((context) -> {
				Health health = context.getBean(EventsHealthIndicator.class).health();
				assertThat(health.getStatus()).isEqualTo(Status.UP);
				assertThat(health.getDetails()).containsEntry("listening", false);
			});
	}

	@Test
	void obeysTheGracePeriodOfTheProperties() {
		this.runner
			.withPropertyValues("events.postgres.url=jdbc:postgresql://localhost:1/none",
					"management.health.events.grace-period=0s")
			.run((context) -> await().atMost(LIMIT)
				.until(() -> context.getBean(EventsHealthIndicator.class).health().getStatus().equals(Status.DOWN)));
		this.runner.withPropertyValues("events.postgres.url=jdbc:postgresql://localhost:1/none").run((context) -> {
			PostgresEventBus bus = context.getBean(PostgresEventBus.class);
			await().atMost(LIMIT).until(() -> bus.status().connection().problem() != null);
			assertThat(context.getBean(EventsHealthIndicator.class).health().getStatus()).isEqualTo(Status.UP);
		});
	}

	@Test
	void hasNoHealthIndicatorWhereSwitchedOff() {
		this.runner.withPropertyValues("management.health.events.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(EventsHealthIndicator.class));
	}

	@Test
	void hasNoEndpointWhereNotExposed() {
		this.runner.withPropertyValues("management.endpoints.web.exposure.include=health")
			.run((context) -> assertThat(context).doesNotHaveBean(EventsEndpoint.class));
	}

	@Test
	void showsSubscriptionsPublisherConnectionAndServer() {
		this.runner.run((context) -> {
			Subscription subscription = subscribe(context, "claims", new CountDownLatch(0));
			await().atMost(LIMIT).until(context.getBean(EventBus.class)::isDelivering);
			EventsDescriptor shown = context.getBean(EventsEndpoint.class).events();
			assertThat(shown.subscriptions()).singleElement().satisfies((one) -> {
				assertThat(one.name()).isEqualTo("claims");
				assertThat(one.types()).containsExactly("epoch.*");
				assertThat(one.ready()).isTrue();
				assertThat(one.stats()).isEqualTo(subscription.stats());
			});
			assertThat(shown.publisher().queued()).isZero();
			assertThat(shown.connection().state()).isEqualTo(ConnectionState.LISTENING);
			assertThat(shown.connection().channels()).containsExactly("events");
			assertThat(shown.connection().diagnosis()).startsWith("Events published here arrive here: proven at ");
			assertThat(shown.connection().provenAt()).isNotNull();
			assertThat(shown.connection().provenIn()).isPositive();
			assertThat(shown.connection().serverVersion()).isEqualTo(shown.server().status().version());
			assertThat(shown.server().error()).isNull();
			assertThat(shown.server().status().version()).isNotBlank();
		});
	}

	@Test
	void showsWhatThereIsWithoutADatabase() {
		this.runner.withPropertyValues("events.postgres.url=jdbc:postgresql://localhost:1/none?password=hidden")
			.run((context) -> {
				PostgresEventBus bus = context.getBean(PostgresEventBus.class);
				await().atMost(LIMIT).until(() -> bus.status().connection().state() == ConnectionState.BACKING_OFF);
				EventsDescriptor shown = context.getBean(EventsEndpoint.class).events();
				assertThat(shown.server().status()).isNull();
				assertThat(shown.server().error()).isEqualTo("not asked: there is no connection");
				assertThat(shown.connection().problem()).contains("localhost:1");
				assertThat(shown.connection().diagnosis()).startsWith("There was no connection yet")
					.contains("localhost:1", "spring.datasource.url", "events.postgres.url");
				assertThat(shown.toString()).doesNotContain("hidden");
			});
	}

	@Test
	void showsSubscriptionsOfAnInMemoryBus() {
		this.runner.withPropertyValues("events.backend=in-memory").run((context) -> {
			subscribe(context, "claims", new CountDownLatch(0));
			EventsDescriptor shown = context.getBean(EventsEndpoint.class).events();
			assertThat(shown.subscriptions()).hasSize(1);
			assertThat(shown.connection()).isNull();
			assertThat(context.getBean(EventsHealthIndicator.class).health().getStatus()).isEqualTo(Status.UP);
		});
	}

	@Test
	void measuresSubscriptionsOfAnInMemoryBus() {
		this.runner.withPropertyValues("events.backend=in-memory").run((context) -> {
			MeterRegistry registry = new SimpleMeterRegistry();
			context.getBean(SubscriptionMeters.class).bindTo(registry);
			subscribe(context, "claims", new CountDownLatch(0));
			context.getBean(Publisher.class).publish(Event.of(EventType.of("epoch.closed"), null, null));
			await().atMost(LIMIT)
				.until(() -> registry.get("events.subscription.handled")
					.tag("subscription", "claims")
					.functionCounter()
					.count() == 1);
		});
	}

	@Test
	void measuresTheBus() {
		this.runner.run((context) -> {
			MeterRegistry registry = metersOf(context);
			await().atMost(LIMIT).until(() -> registry.get("events.connection.delivering").gauge().value() == 1);
			assertThat(registry.get("events.publisher.queued").gauge().value()).isZero();
			subscribe(context, "claims", new CountDownLatch(0));
			database.execute("SELECT pg_notify('events', 'not ours')");
			await().atMost(LIMIT)
				.until(() -> registry.get("events.notifications.unreadable").functionCounter().count() == 1);
		});
	}

	@Test
	void measuresEachSubscriptionAsLongAsItIsOpen() {
		this.runner.withPropertyValues("events.listener.slow-handler-threshold=1ms").run((context) -> {
			MeterRegistry early = new SimpleMeterRegistry();
			MeterRegistry late = new SimpleMeterRegistry();
			SubscriptionMeters meters = context.getBean(SubscriptionMeters.class);
			meters.bindTo(early);
			CountDownLatch proceed = new CountDownLatch(1);
			Subscription one = subscribe(context, "claims", proceed);
			Subscription other = subscribe(context, "claims", proceed);
			meters.bindTo(late);
			context.getBean(Publisher.class).publish(Event.of(EventType.of("epoch.closed"), null, null));
			context.getBean(Publisher.class).publish(Event.of(EventType.of("epoch.closed"), null, null));
			await().atMost(LIMIT).until(() -> counted(early, "received") == 4);
			assertThat(early.get("events.subscription.queued").tag("subscription", "claims").gauge().value())
				.isPositive();
			await().atMost(LIMIT).until(() -> counted(early, "slow") == 2);
			proceed.countDown();
			await().atMost(LIMIT).until(() -> counted(late, "handled") == 4);
			one.close();
			assertThat(counted(early, "handled")).isEqualTo(4);
			other.close();
			assertThat(early.getMeters()).isEmpty();
			assertThat(late.getMeters()).isEmpty();
			subscribe(context, "claims", proceed);
			assertThat(counted(early, "handled")).isEqualTo(4);
			context.getBean(Publisher.class).publish(Event.of(EventType.of("epoch.closed"), null, null));
			await().atMost(LIMIT).until(() -> counted(late, "handled") == 5);
		});
	}

	@Test
	void countsTheEventThatIsInHandWhenItsSubscriptionIsClosed() {
		this.runner.run((context) -> {
			MeterRegistry registry = new SimpleMeterRegistry();
			context.getBean(SubscriptionMeters.class).bindTo(registry);
			CountDownLatch proceed = new CountDownLatch(1);
			Subscription busy = subscribe(context, "claims", proceed);
			context.getBean(Publisher.class).publish(Event.of(EventType.of("epoch.closed"), null, null));
			await().atMost(LIMIT).until(() -> !busy.running().isEmpty());
			Thread closing = new Thread(busy::close);
			closing.start();
			await().atMost(LIMIT).until(() -> context.getBean(EventBus.class).subscriptions().isEmpty());
			Subscription next = subscribe(context, "claims", new CountDownLatch(0));
			proceed.countDown();
			closing.join(LIMIT.toMillis());
			await().atMost(LIMIT).until(() -> counted(registry, "handled") == 1);
			assertThat(next.stats().handled()).isZero();
		});
	}

	@Test
	void endpointOperatesMethodsWhereThatIsAllowedAlone() {
		this.runner.withConfiguration(AutoConfigurations.of(EventListenerAutoConfiguration.class))
			.withBean("worker", Worker.class)
			.withBean("ledger", Ledger.class)
			.run((context) -> {
				assertThat(operations(context)).isEqualTo(1);
				EventsEndpoint endpoint = context.getBean(EventsEndpoint.class);
				assertThat(endpoint.operate("worker.on", EventsEndpoint.Action.PAUSE))
					.isEqualTo(new EventsEndpoint.MethodDescriptor("worker.on", true, true));
				assertThat(endpoint.operate("worker.on", EventsEndpoint.Action.RESUME).paused()).isFalse();
				assertThat(endpoint.operate("worker.on", EventsEndpoint.Action.STOP).running()).isFalse();
				assertThat(endpoint.operate("worker.on", EventsEndpoint.Action.START).running()).isTrue();
				endpoint.operate("ledger.catchUp", EventsEndpoint.Action.RESYNC);
				assertThatExceptionOfType(InvalidEndpointRequestException.class)
					.isThrownBy(() -> endpoint.operate("none", EventsEndpoint.Action.STOP))
					.withMessageContaining("worker.on");
			});
		this.runner.withPropertyValues("management.endpoint.events.access=UNRESTRICTED")
			.run((context) -> assertThat(operations(context)).isEqualTo(3));
	}

	private static int operations(ApplicationContext context) {
		EndpointAccessResolver access = new PropertiesEndpointAccessResolver(context.getEnvironment());
		return new WebEndpointDiscoverer(context, new ConversionServiceParameterValueMapper(),
				EndpointMediaTypes.DEFAULT, List.of(), List.of(), List.of(), List.of(),
				List.of(OperationFilter.byAccess(access)))
			.getEndpoints()
			.stream()
			.filter((endpoint) -> endpoint.getEndpointId().equals(EndpointId.of("events")))
			.mapToInt((endpoint) -> endpoint.getOperations().size())
			.sum();
	}

	@Test
	void healthSaysWhichServicesHaveAnotherListOfChannels() {
		this.runner
			.withPropertyValues("events.channels.strategy=per-type", "events.channels.types=order.*",
					"events.channels.name=listed")
			.run((context) -> {
				try (PostgresEventBus other = PostgresEventBus.builder()
					.dataSource(database.dataSource())
					.application("shipping")
					.channels(ChannelStrategy.perTypeOrGroup("listed", List.of("order.placed")))
					.build()) {
					await().atMost(LIMIT).until(other::isDelivering);
					await().atMost(LIMIT)
						.untilAsserted(
								() -> assertThat(context.getBean(EventsHealthIndicator.class).health().getDetails())
									.extractingByKey("channelDifferences")
									.asString()
									.contains("shipping has another list"));
				}
			});
	}

	@Test
	void timesEventsAndHandlersByType() {
		this.runner.withConfiguration(AutoConfigurations.of(EventListenerAutoConfiguration.class))
			.withBean("worker", Worker.class)
			.run((context) -> {
				MeterRegistry registry = new SimpleMeterRegistry();
				context.getBean(HandlerTimers.class).bindTo(registry);
				Instant now = Instant.now();
				for (Instant at : List.of(now.minusSeconds(60), now.plusSeconds(3600))) {
					context.getBean(Publisher.class)
						.publish(Event.builder(EventType.of("epoch.closed")).timestamp(at).build());
				}
				await().atMost(LIMIT).untilAsserted(() -> {
					Timer latency = registry.get("events.delivery.latency")
						.tags("subscription", "worker.on", "type", "epoch.closed")
						.timer();
					assertThat(latency.count()).isEqualTo(2);
					assertThat(latency.totalTime(TimeUnit.SECONDS)).isBetween(59.0, 3000.0);
					assertThat(registry.get("events.handler.duration").tag("type", "epoch.closed").timer().count())
						.isEqualTo(2);
				});
				assertThat(registry.get("events.clock.ahead").timeGauge().value(TimeUnit.SECONDS)).isBetween(3000.0,
						3601.0);
			});
	}

	@Test
	void measuresTheRunsOfSynchronizingMethods() {
		this.runner.withConfiguration(AutoConfigurations.of(EventListenerAutoConfiguration.class))
			.withBean(SimpleMeterRegistry.class)
			.withBean(SyncMetersBinding.class)
			.withBean("ledger", Ledger.class)
			.run((context) -> {
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				await().atMost(LIMIT)
					.until(() -> registry.get("events.sync.failing")
						.tag("sync", "ledger.catchUp")
						.gauge()
						.value() >= 2);
				context.getBean(Ledger.class).works = true;
				await().atMost(LIMIT)
					.until(() -> registry.get("events.sync.failing")
						.tag("sync", "ledger.catchUp")
						.gauge()
						.value() == 0);
				assertThat(registry.get("events.sync.run").tag("outcome", "failure").timer().count())
					.isGreaterThanOrEqualTo(2);
				await().atMost(LIMIT)
					.untilAsserted(
							() -> assertThat(registry.get("events.sync.run").tag("outcome", "success").timer().count())
								.isPositive());
				assertThat(registry.getMeters())
					.allSatisfy((meter) -> assertThat(meter.getId().getDescription()).isNotBlank());
			});
	}

	@Test
	void measuresAndShowsWhatBecameOfEachEvent() {
		this.runner.run((context) -> {
			MeterRegistry registry = new SimpleMeterRegistry();
			context.getBean(SubscriptionMeters.class).bindTo(registry);
			CountDownLatch begun = new CountDownLatch(1);
			CountDownLatch proceed = new CountDownLatch(1);
			Subscription subscription = context.getBean(EventBus.class)
				.subscribe(SubscriptionFilter.types("epoch.*"),
						SubscriptionOptions.builder().name("claims").bufferSize(5).build(), (event) -> {
							begun.countDown();
							assertThat(proceed.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
							assertThat(event.appId()).isNotEqualTo("bad");
						});
			assertThat(subscription.ready()).succeedsWithin(LIMIT);
			publish(context, "good");
			assertThat(begun.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
			for (String app : List.of("lost", "lost", "lost", "good", "good", "good", "bad", "bad")) {
				publish(context, app);
			}
			await().atMost(LIMIT).until(() -> counted(registry, "received") == 9);
			assertThat(registry.get("events.subscription.queued").gauge().value()).isEqualTo(5);
			proceed.countDown();
			await().atMost(LIMIT).until(() -> counted(registry, "handled") + counted(registry, "failed") == 6);
			assertThat(counted(registry, "handled")).isEqualTo(4);
			assertThat(counted(registry, "dropped")).isEqualTo(3);
			assertThat(counted(registry, "failed")).isEqualTo(2);
			assertThat(counted(registry, "gaps")).isEqualTo(1);
			assertThat(context.getBean(EventsEndpoint.class).events().subscriptions()).singleElement()
				.satisfies((shown) -> assertThat(shown.stats()).isEqualTo(subscription.stats()));
		});
	}

	@Test
	void measuresWhatNewerEventsReplaced() {
		this.runner.run((context) -> {
			MeterRegistry registry = new SimpleMeterRegistry();
			context.getBean(SubscriptionMeters.class).bindTo(registry);
			CountDownLatch begun = new CountDownLatch(1);
			CountDownLatch proceed = new CountDownLatch(1);
			Subscription subscription = context.getBean(EventBus.class)
				.subscribe(SubscriptionFilter.types("epoch.*"),
						SubscriptionOptions.builder().name("claims").overflow(OverflowPolicy.LATEST_PER_APP).build(),
						(event) -> {
							begun.countDown();
							assertThat(proceed.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
						});
			assertThat(subscription.ready()).succeedsWithin(LIMIT);
			publish(context, "7");
			assertThat(begun.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
			for (int i = 0; i < 4; i++) {
				publish(context, "7");
			}
			await().atMost(LIMIT).until(() -> counted(registry, "received") == 5);
			assertThat(counted(registry, "coalesced")).isEqualTo(3);
			proceed.countDown();
		});
	}

	@Test
	void measuresAndShowsWhatWaitsToBeSentAndWhatCouldNotBe() {
		this.runner
			.withPropertyValues("events.postgres.url=jdbc:postgresql://localhost:1/none", "events.publisher.timeout=1h",
					"events.listener.shutdown-timeout=1s")
			.run((context) -> {
				MeterRegistry registry = metersOf(context);
				await().atMost(LIMIT).until(() -> {
					publishAsync(context, 1); // those being tried do not wait any more
					return registry.get("events.publisher.queued").gauge().value() > 0
							&& context.getBean(EventsEndpoint.class).events().publisher().queued() > 0;
				});
			});
		this.runner
			.withPropertyValues("events.postgres.url=jdbc:postgresql://localhost:1/none",
					"events.publisher.timeout=1ms")
			.run((context) -> {
				MeterRegistry registry = metersOf(context);
				publishAsync(context, 3);
				await().atMost(LIMIT)
					.until(() -> registry.get("events.publisher.failed").functionCounter().count() == 3);
				assertThat(context.getBean(EventsEndpoint.class).events().publisher().failed()).isEqualTo(3);
			});
	}

	@Test
	void showsSubscriptionsByNameWithTheirAppsAndWhetherTheyAreReady() {
		this.runner.withPropertyValues("events.listener.enabled=false").run((context) -> {
			EventBus bus = context.getBean(EventBus.class);
			for (String name : List.of("b", "c", "a")) {
				bus.subscribe(SubscriptionFilter.apps("8", "7"), SubscriptionOptions.builder().name(name).build(),
						(event) -> {
						});
			}
			EventsDescriptor shown = context.getBean(EventsEndpoint.class).events();
			assertThat(shown.connection().listening()).isFalse();
			assertThat(shown.subscriptions()).extracting(SubscriptionDescriptor::name).containsExactly("a", "b", "c");
			assertThat(shown.subscriptions()).allSatisfy((one) -> {
				assertThat(one.apps()).containsExactly("7", "8");
				assertThat(one.ready()).isFalse();
			});
		});
		this.runner.run((context) -> assertThat(context.getBean(EventsEndpoint.class).events().connection().listening())
			.isTrue());
	}

	@Test
	void leavesTheUsersOwnBeansInPlace() {
		this.runner
			.withBean("eventsHealthIndicator", HealthIndicator.class,
					() -> () -> Health.up().withDetail("own", 1).build())
			.withBean("own", EventsEndpoint.class, () -> new EventsEndpoint(new InMemoryEventBus(), () -> null))
			.withBean("ownMeters", BusMeters.class, () -> new BusMeters(new InMemoryEventBus()))
			.withBean("ownSubscriptionMeters", SubscriptionMeters.class, SubscriptionMeters::new)
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(HealthIndicator.class)
				.hasSingleBean(EventsEndpoint.class)
				.hasSingleBean(BusMeters.class)
				.hasSingleBean(SubscriptionMeters.class)
				.doesNotHaveBean(EventsHealthIndicator.class));
	}

	@Test
	void needsNeitherActuatorNorMicrometer() {
		this.runner
			.withClassLoader(new FilteredClassLoader(HealthIndicator.class, ConditionalOnAvailableEndpoint.class,
					MeterBinder.class))
			.run((context) -> assertThat(context).hasNotFailed()
				.hasSingleBean(EventBus.class)
				.doesNotHaveBean(EventsHealthIndicator.class)
				.doesNotHaveBean(EventsEndpoint.class)
				.doesNotHaveBean(BusMeters.class));
	}

	@Test
	void hasNothingToShowWithoutABus() {
		this.runner.withPropertyValues("events.enabled=false")
			.run((context) -> assertThat(context).hasNotFailed()
				.doesNotHaveBean(EventsHealthIndicator.class)
				.doesNotHaveBean(EventsEndpoint.class)
				.doesNotHaveBean(BusMeters.class));
	}

	private static void publish(ApplicationContext context, String app) {
		context.getBean(Publisher.class).publish(Event.of(EventType.of("epoch.closed"), app, null));
	}

	private static void publishAsync(ApplicationContext context, int events) {
		for (int i = 0; i < events; i++) {
			context.getBean(Publisher.class).publishAsync(Event.of(EventType.of("epoch.closed"), null, null));
		}
	}

	private static MeterRegistry metersOf(ApplicationContext context) {
		MeterRegistry registry = new SimpleMeterRegistry();
		context.getBean(BusMeters.class).bindTo(registry);
		return registry;
	}

	private static double counted(MeterRegistry registry, String what) {
		return registry.get("events.subscription." + what).tag("subscription", "claims").functionCounter().count();
	}

	private static Subscription subscribe(ApplicationContext context, String name, CountDownLatch proceed) {
		Subscription subscription = context.getBean(EventBus.class)
			.subscribe(SubscriptionFilter.types("epoch.*"), SubscriptionOptions.builder().name(name).build(),
					(event) -> assertThat(proceed.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue());
		assertThat(subscription.ready()).succeedsWithin(LIMIT);
		return subscription;
	}

	private static PostgresEventBus unreachable() {
		return PostgresEventBus.builder()
			.listener(ConnectionSource.url("jdbc:postgresql://localhost:1/none", "nobody", "hidden"))
			.build();
	}

	private static Health health(EventBus bus, Instant now) {
		return new EventsHealthIndicator(bus, Duration.ofSeconds(60), Clock.fixed(now, ZoneOffset.UTC)).health();
	}

}
