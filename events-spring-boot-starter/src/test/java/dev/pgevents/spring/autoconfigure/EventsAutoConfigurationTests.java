package dev.pgevents.spring.autoconfigure;

import java.lang.reflect.Type;
import java.net.Socket;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;

import javax.sql.DataSource;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.util.Credentials;
import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventHandler;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.OverflowPolicy;
import dev.pgevents.PayloadCodec;
import dev.pgevents.Publisher;
import dev.pgevents.Subscriber;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.memory.InMemoryEventBus;
import dev.pgevents.postgres.ChannelStrategy;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.PlainSocketFactory;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.ConnectionStateChanged;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.EventBusCustomizer;
import dev.pgevents.spring.EventsConnectionDetails;
import dev.pgevents.spring.PublishMode;
import dev.pgevents.spring.SlowHandlerDetected;
import dev.pgevents.spring.app.TestDatabase;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.postgresql.ds.PGSimpleDataSource;

import org.springframework.aop.framework.autoproxy.BeanNameAutoProxyCreator;
import org.springframework.aop.interceptor.SimpleTraceInterceptor;
import org.springframework.beans.factory.NoUniqueBeanDefinitionException;
import org.springframework.beans.factory.annotation.Qualifier;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcConnectionDetails;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.SmartLifecycle;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.core.annotation.Order;
import org.springframework.jdbc.datasource.AbstractDataSource;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.jdbc.datasource.lookup.MapDataSourceLookup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;

class EventsAutoConfigurationTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static TestPostgres database;

	private final ApplicationContextRunner plain = new ApplicationContextRunner().withConfiguration(AutoConfigurations
		.of(DataSourceAutoConfiguration.class, EventsAutoConfiguration.class, EventListenerAutoConfiguration.class));

	private final ApplicationContextRunner runner = this.plain.withPropertyValues(TestDatabase.properties(database));

	@BeforeAll
	static void createDatabase() throws SQLException {
		database = TestPostgres.shared().createDatabase();
	}

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
				"signed by nobody", "Leave out events.channels.stages");
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
	void backsOffWhereTheUserHasABus() {
		for (String backend : List.of("postgres", "in-memory")) {
			this.runner.withPropertyValues("events.backend=" + backend)
				.withBean("mine", InMemoryEventBus.class, InMemoryEventBus::create)
				.run((context) -> {
					assertThat(context).doesNotHaveBean("domainEventBus")
						.getBean(EventBus.class)
						.isInstanceOf(InMemoryEventBus.class);
					assertRoundTrip(context);
				});
		}
	}

	@Test
	void hasItsBusBesideOneOfTheUsersThatIsNoDefaultCandidate() {
		this.runner.withUserConfiguration(SecondBus.class).run((context) -> {
			assertThat(context).hasBean("domainEventBus").hasBean("auditBus");
			assertThat(context.getBean(Audit.class).bus()).isSameAs(context.getBean("auditBus"));
			assertRoundTrip(context);
		});
	}

	@Test
	void saysWhoseItsSessionsAre() {
		this.runner.withPropertyValues("spring.application.name=shipping").run((context) -> {
			await().atMost(LIMIT).until(context.getBean(EventBus.class)::isDelivering);
			assertThat(database.terminate("pgevents events listener of shipping")).isEqualTo(1);
		});
	}

	@Test
	void backsOffWhereTheUserHasAPublisher() {
		this.runner.withUserConfiguration(OwnPublisher.class)
			.run((context) -> assertThat(context).doesNotHaveBean("domainPublisher")
				.hasBean("domainSubscriber")
				.hasBean("domainEventPublisher"));
	}

	@Test
	void backsOffWhereTheUserHasASubscriber() {
		for (String backend : List.of("postgres", "in-memory")) {
			this.runner.withPropertyValues("events.backend=" + backend)
				.withUserConfiguration(OwnSubscriber.class)
				.run((context) -> {
					assertThat(context).doesNotHaveBean("domainSubscriber").hasBean("domainPublisher");
					assertThat(context.getBean(Subscriber.class)).isSameAs(context.getBean("mine"));
				});
		}
	}

	@Test
	void backsOffWhereTheUserHasADomainEventPublisher() {
		this.runner.withBean("mine", DomainEventPublisher.class, () -> (payload) -> {
		})
			.run((context) -> assertThat(context).doesNotHaveBean("domainEventPublisher")
				.hasSingleBean(DomainEventPublisher.class)
				.hasBean("domainPublisher"));
	}

	@Test
	void backsOffWhereTheUserHasAListenerContainer() {
		this.runner.withBean("mine", DomainEventListenerContainer.class, () -> mock(DomainEventListenerContainer.class))
			.run((context) -> assertThat(context).doesNotHaveBean("domainEventListenerContainer")
				.hasSingleBean(DomainEventListenerContainer.class));
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
	void callsCustomizersInTheirOrder() {
		this.runner.withUserConfiguration(Customizers.class)
			.run((context) -> assertThat(
					context.getBean(EventBus.class).subscribe(SubscriptionFilter.all(), (event) -> {
					}).ready())
				.failsWithin(LIMIT)
				.withThrowableThat()
				.withMessageContaining("second"));
	}

	@Test
	void letsCustomizersHaveTheLastWord() {
		this.runner.withPropertyValues("events.listener.enabled=true")
			.withBean(EventBusCustomizer.class,
					() -> (builder) -> builder.listening(false).listeningOffReason("customized"))
			.run((context) -> assertThat(
					context.getBean(EventBus.class).subscribe(SubscriptionFilter.all(), (event) -> {
					}).ready())
				.failsWithin(LIMIT)
				.withThrowableThat()
				.withMessageContaining("customized"));
	}

	@Test
	void usesAPayloadCodecBean() {
		this.runner.withUserConfiguration(OwnCodec.class).run((context) -> {
			assertUsesOwnCodec(context);
		});
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
	void refusesToChooseBetweenTwoConnectionDetails() {
		this.runner.withBean("one", EventsConnectionDetails.class, OwnDetails::new)
			.withBean("two", EventsConnectionDetails.class, OwnDetails::new)
			.run((context) -> assertThat(context).getFailure()
				.hasRootCauseInstanceOf(NoUniqueBeanDefinitionException.class));
	}

	@Test
	void goesWhereTheConnectionDetailsBeanSays() {
		this.plain
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost:1/none",
					"events.postgres.url=jdbc:postgresql://localhost:1/none")
			.withBean(EventsConnectionDetails.class, OwnDetails::new)
			.run(EventsAutoConfigurationTests::assertBusReceives);
	}

	@Test
	void goesWhereThePropertiesSay() {
		this.plain
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost:1/none",
					"events.postgres.url=" + database.url(), "events.postgres.username=" + database.user(),
					"events.postgres.password=" + database.password())
			.run(EventsAutoConfigurationTests::assertBusReceives);
	}

	@Test
	void goesWhereBootsConnectionDetailsSay() {
		this.plain.withBean(JdbcConnectionDetails.class, ServiceConnectionDetails::new)
			.run(EventsAutoConfigurationTests::assertBusReceives);
	}

	@Test
	void goesWhereThePoolGoesThatIsConfiguredBesideBootsDetails() {
		this.plain
			.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost:1/none",
					"spring.datasource.username=nobody", "spring.datasource.hikari.jdbc-url=" + database.url(),
					"spring.datasource.hikari.username=" + database.user(),
					"spring.datasource.hikari.password=" + database.password())
			.run(EventsAutoConfigurationTests::assertBusReceives);
	}

	@Test
	void goesWhereADataSourceGoesThatAnAspectWraps() {
		this.runner.withUserConfiguration(ProxiedDataSource.class).run(EventsAutoConfigurationTests::assertBusReceives);
	}

	@Test
	void goesWhereAnyKnownDataSourceGoes() {
		Map<String, DataSource> dataSources = Map.of("pgjdbc", database.dataSource(), "lazy",
				new LazyConnectionDataSourceProxy(database.dataSource()), "transaction-aware",
				new TransactionAwareDataSourceProxy(database.dataSource()), "hikari", hikari(),
				"hikari of a DataSource", hikariOfDataSource(), "hikari of a class", hikariOfClass());
		dataSources.forEach((name, dataSource) -> this.plain.withBean(DataSource.class, () -> dataSource)
			.run((context) -> assertThat(context).as(name).satisfies(EventsAutoConfigurationTests::assertBusReceives)));
	}

	@Test
	void carriesHikarisDataSourcePropertiesOver() {
		CountingSocketFactory.sockets.set(0);
		this.runner
			.withPropertyValues("spring.datasource.hikari.data-source-properties.socketFactory="
					+ CountingSocketFactory.class.getName())
			.run((context) -> {
				assertBusReceives(context);
				assertThat(CountingSocketFactory.sockets).hasPositiveValue();
			});
	}

	@Test
	void asksForThePasswordAnewAtEveryAttempt() {
		HikariDataSource pool = hikari();
		List<String> asked = new CopyOnWriteArrayList<>();
		pool.setCredentialsProvider(() -> {
			asked.add("password");
			return Credentials.of(database.user(), database.password());
		});
		this.plain.withBean(DataSource.class, () -> pool).run((context) -> {
			assertBusReceives(context);
			int before = asked.size();
			database.terminate("pgevents%");
			await().atMost(LIMIT).until(() -> asked.size() > before);
		});
	}

	@Test
	void takesThePrimaryOfSeveralDataSources() {
		this.plain.withBean("one", DataSource.class, database::dataSource, (definition) -> definition.setPrimary(true))
			.withBean("two", DataSource.class, PGSimpleDataSource::new)
			.run(EventsAutoConfigurationTests::assertBusReceives);
	}

	@Test
	void startsWithSeveralDataSourcesWhereThePropertiesSayWhereToGo() {
		this.plain.withBean("one", DataSource.class, PGSimpleDataSource::new)
			.withBean("two", DataSource.class, PGSimpleDataSource::new)
			.withPropertyValues("events.postgres.url=" + database.url(), "events.postgres.username=" + database.user(),
					"events.postgres.password=" + database.password())
			.run(EventsAutoConfigurationTests::assertBusReceives);
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
		memory.withUserConfiguration(OwnCodec.class).run(EventsAutoConfigurationTests::assertUsesOwnCodec);
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

	@Test
	void refusesCredentialsThatWouldBeIgnored() {
		assertFailure(this.runner.withPropertyValues("events.postgres.username=somebody"), "events.postgres.url",
				"which is not set");
		assertFailure(this.runner.withPropertyValues("events.postgres.password=hidden"), "events.postgres.url");
	}

	@Test
	void takesAnEmptyUrlForNone() {
		this.runner.withPropertyValues("events.postgres.url=", "events.postgres.username=", "events.postgres.password=")
			.run(EventsAutoConfigurationTests::assertBusReceives);
	}

	@Test
	void failsWithoutADataSource() {
		assertFailure(
				new ApplicationContextRunner().withConfiguration(AutoConfigurations.of(EventsAutoConfiguration.class)),
				"there is no DataSource", "spring.datasource.url", "events.postgres.url", "events.backend=in-memory");
	}

	@Test
	void failsWithSeveralDataSourcesOfWhichNoneIsPrimary() {
		assertFailure(
				this.plain.withBean("one", DataSource.class, PGSimpleDataSource::new)
					.withBean("two", DataSource.class, PGSimpleDataSource::new),
				"one, two", "@Primary", "events.postgres.url");
	}

	@Test
	void failsWithADataSourceThatIsNotPostgres() {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl("jdbc:h2:mem:secret;PASSWORD=hidden");
		assertFailure(this.plain.withBean(DataSource.class, () -> pool), "\"jdbc:h2:…\"", "events.backend=in-memory",
				"events.postgres.url");
	}

	@Test
	void failsWithADataSourceThatNothingCanBeDerivedFrom() {
		assertFailure(this.plain.withBean(DataSource.class, Opaque::new), Opaque.class.getName(),
				"events.postgres.url");
	}

	@Test
	void goesWhereBootsConnectionDetailsSayIfTheDataSourceDoesNot() {
		this.plain.withBean(DataSource.class, Opaque::new)
			.withBean(JdbcConnectionDetails.class, ServiceConnectionDetails::new)
			.run(EventsAutoConfigurationTests::assertBusReceives);
	}

	@Test
	void goesWhereTheDataSourceGoesWhateverBootsPropertiesSay() {
		this.plain.withPropertyValues("spring.datasource.url=jdbc:postgresql://localhost:1/none")
			.withBean(DataSource.class, database::dataSource)
			.run(EventsAutoConfigurationTests::assertBusReceives);
	}

	@Test
	void goesWhereARoutingDataSourceGoes() {
		this.plain.withBean(DataSource.class, Routing::new).run(EventsAutoConfigurationTests::assertBusReceives);
	}

	@Test
	void failsWithAChannelNameThatIsTooLong() {
		assertFailure(this.runner.withPropertyValues("events.channels.name=" + "c".repeat(64)), "64 bytes", "63",
				"Change events.channels");
	}

	@Test
	void namesThePropertyThatCannotWork() {
		assertFailure(this.runner.withPropertyValues("events.publisher.queue-capacity=0"),
				"events.publisher.queue-capacity", "at least 1");
		assertFailure(this.runner.withPropertyValues("events.publisher.max-batch=0"), "events.publisher.max-batch");
		assertFailure(this.runner.withPropertyValues("events.publisher.timeout=0s"), "events.publisher.timeout");
		assertFailure(this.runner.withPropertyValues("events.publisher.lock-timeout=0s"),
				"events.publisher.lock-timeout");
		assertFailure(this.runner.withPropertyValues("events.listener.heartbeat=0s"), "events.listener.heartbeat");
		assertFailure(this.runner.withPropertyValues("events.listener.shutdown-timeout=0s"),
				"events.listener.shutdown-timeout");
		assertFailure(this.runner.withPropertyValues("events.listener.slow-handler-threshold=0s"),
				"events.listener.slow-handler-threshold");
		assertFailure(this.runner.withPropertyValues("events.listener.recovery.initial-delay=0s"),
				"events.listener.recovery");
		assertFailure(this.runner.withPropertyValues("events.listener.recovery.multiplier=0.5"),
				"events.listener.recovery");
		assertFailure(this.runner.withPropertyValues("events.listener.recovery.max-delay=1ms"),
				"events.listener.recovery");
		assertFailure(
				this.runner.withPropertyValues("events.channels.strategy=per-app", "events.channels.partitions=0"),
				"events.channels");
		assertFailure(this.runner.withPropertyValues("events.listener.buffer-size=0"), "events.listener.buffer-size",
				"at least 1");
		assertFailure(this.runner.withPropertyValues("events.listener.concurrency=0"), "events.listener.concurrency");
		assertFailure(this.runner.withPropertyValues("events.application-events.types=Epoch Closed"),
				"events.application-events.types", "Epoch Closed");
	}

	@Test
	void handsEveryPropertyToTheBus() {
		AtomicReference<PostgresEventBus.Builder> builder = new AtomicReference<>();
		this.runner.withBean(EventBusCustomizer.class, () -> builder::set)
			.withPropertyValues("events.publisher.queue-capacity=11", "events.publisher.max-batch=12",
					"events.publisher.timeout=13s", "events.publisher.lock-timeout=14s",
					"events.listener.heartbeat=15s", "events.listener.shutdown-timeout=16s",
					"events.listener.slow-handler-threshold=17s", "events.listener.recovery.initial-delay=18ms",
					"events.listener.recovery.multiplier=1.9", "events.listener.recovery.max-delay=20s",
					"events.listener.inline-handlers=false")
			.run((context) -> assertThat(builder.get())
				.extracting("queueCapacity", "maxBatch", "publishTimeout", "lockTimeout", "heartbeat",
						"shutdownTimeout", "slowHandlerThreshold", "backoff.initialDelay", "backoff.multiplier",
						"backoff.maxDelay", "inlineHandlers")
				.containsExactly(11, 12, Duration.ofSeconds(13), Duration.ofSeconds(14), Duration.ofSeconds(15),
						Duration.ofSeconds(16), Duration.ofSeconds(17), Duration.ofMillis(18), 1.9,
						Duration.ofSeconds(20), false));
	}

	@Test
	void handsEveryPropertyToTheListenerContainer() {
		this.runner
			.withPropertyValues("events.listener.buffer-size=11", "events.listener.concurrency=12",
					"events.listener.overflow=latest-per-app", "events.listener.shutdown-timeout=13s")
			.run((context) -> assertThat(context.getBean(DomainEventListenerContainer.class))
				.extracting("reader.defaults.bufferSize", "reader.defaults.concurrency", "reader.defaults.overflow",
						"reader.shutdownTimeout", "shutdownTimeout")
				.containsExactly(11, 12, OverflowPolicy.LATEST_PER_APP, Duration.ofSeconds(13),
						Duration.ofSeconds(13)));
	}

	@Test
	void usesTheChannelsOfTheProperties() {
		assertListens(List.of("mine"), "events.channels.name=mine");
		assertListens(List.of("t.epoch.closed", "t.other"), "events.channels.strategy=per-type",
				"events.channels.name=t");
		assertListens(List.of("a.0", "a.1", "a.none"), "events.channels.strategy=per-app", "events.channels.name=a",
				"events.channels.partitions=2");
	}

	@Test
	void defaultsEqualTheCoresOwn() {
		new ApplicationContextRunner().withUserConfiguration(Properties.class).run((context) -> {
			EventsProperties properties = context.getBean(EventsProperties.class);
			EventsProperties.Publisher publisher = properties.publisher();
			assertThat(publisher.mode()).isEqualTo(PublishMode.TRANSACTIONAL);
			assertThat(publisher.queueCapacity()).isEqualTo(PostgresEventBus.Builder.DEFAULT_QUEUE_CAPACITY);
			assertThat(publisher.maxBatch()).isEqualTo(PostgresEventBus.Builder.DEFAULT_MAX_BATCH);
			assertThat(publisher.timeout()).isEqualTo(PostgresEventBus.Builder.DEFAULT_PUBLISH_TIMEOUT);
			assertThat(publisher.lockTimeout()).isEqualTo(PostgresEventBus.Builder.DEFAULT_LOCK_TIMEOUT);
			EventsProperties.Listener listener = properties.listener();
			SubscriptionOptions options = SubscriptionOptions.defaults();
			assertThat(listener.bufferSize()).isEqualTo(options.bufferSize());
			assertThat(listener.overflow()).isEqualTo(options.overflow());
			assertThat(listener.concurrency()).isEqualTo(options.concurrency());
			assertThat(listener.heartbeat()).isEqualTo(PostgresEventBus.Builder.DEFAULT_HEARTBEAT);
			assertThat(listener.shutdownTimeout()).isEqualTo(PostgresEventBus.Builder.DEFAULT_SHUTDOWN_TIMEOUT);
			assertThat(listener.slowHandlerThreshold())
				.isEqualTo(PostgresEventBus.Builder.DEFAULT_SLOW_HANDLER_THRESHOLD);
			assertThat(listener.inlineHandlers()).isTrue();
			assertThat(listener.recovery().initialDelay()).isEqualTo(PostgresEventBus.Builder.DEFAULT_INITIAL_DELAY);
			assertThat(listener.recovery().multiplier()).isEqualTo(PostgresEventBus.Builder.DEFAULT_MULTIPLIER);
			assertThat(listener.recovery().maxDelay()).isEqualTo(PostgresEventBus.Builder.DEFAULT_MAX_DELAY);
			assertThat(properties.channels().name()).isEqualTo(ChannelStrategy.DEFAULT_CHANNEL);
			assertThat(properties.applicationEvents().transactional()).isFalse();
			assertThat(properties.security().signingKey()).as("every event is accepted").isNull();
			assertThat(properties.security().verificationKeys()).isEmpty();
		});
	}

	@Test
	void showsNoPassword() {
		new ApplicationContextRunner().withUserConfiguration(Properties.class)
			.withPropertyValues("events.postgres.url=jdbc:postgresql://h/d?password=hidden",
					"events.postgres.password=hidden")
			.run((context) -> assertThat(context.getBean(EventsProperties.class).toString()).doesNotContain("hidden"));
	}

	private void assertListens(List<String> channels, String... properties) {
		this.runner.withPropertyValues(properties).run((context) -> {
			try (EventStream stream = open(context)) {
				for (String channel : channels) {
					database.execute(
							"SELECT pg_notify('" + channel + "', '{\"type\":\"a\",\"app_id\":\"" + channel + "\"}')");
					assertThat(((Event) stream.poll(LIMIT)).appId()).isEqualTo(channel);
				}
			}
		});
	}

	private static void assertFailure(ApplicationContextRunner runner, String... texts) {
		runner.run((context) -> {
			assertThat(context).hasFailed();
			FailureAnalysis analysis = new EventsConfigurationFailureAnalyzer().analyze(context.getStartupFailure());
			assertThat(analysis).as("analysis of " + context.getStartupFailure()).isNotNull();
			assertThat(analysis.getDescription() + " " + analysis.getAction()).contains(texts)
				.doesNotContain("hidden", "..");
		});
	}

	private static void assertRoundTrip(ApplicationContext context) throws InterruptedException {
		try (EventStream stream = open(context)) {
			Event event = Event.of(EventType.of("epoch.closed"), "1", 42);
			context.getBean(Publisher.class).publish(event);
			assertThat(stream.poll(LIMIT)).isEqualTo(event);
		}
	}

	/** Whatever the application's own DataSource can do. */
	private static void assertBusReceives(ApplicationContext context) throws InterruptedException {
		try (EventStream stream = open(context)) {
			Event event = Event.of(EventType.of("epoch.closed"), "1", 42);
			context.getBean("domainEventBus", EventBus.class).publish(event);
			assertThat(stream.poll(LIMIT)).isEqualTo(event);
		}
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

	private static void assertUsesOwnCodec(ApplicationContext context) throws InterruptedException {
		try (EventStream stream = open(context)) {
			context.getBean(Publisher.class).publish(Event.of(EventType.of("a"), null, "ignored"));
			Event event = (Event) stream.poll(LIMIT);
			assertThat(event).isNotNull();
			assertThat(event.payloadAs(String.class)).isEqualTo("read \"written\"");
		}
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

	private static EventStream open(ApplicationContext context) {
		return open(context.getBean(Subscriber.class));
	}

	private static EventStream open(Subscriber subscriber) {
		EventStream stream = subscriber.open(SubscriptionFilter.all());
		assertThat(stream.ready()).succeedsWithin(LIMIT);
		return stream;
	}

	private static HikariDataSource hikari() {
		HikariDataSource pool = new HikariDataSource();
		pool.setJdbcUrl(database.url());
		pool.setUsername(database.user());
		pool.setPassword(database.password());
		return pool;
	}

	private static HikariDataSource hikariOfDataSource() {
		HikariDataSource pool = new HikariDataSource();
		pool.setDataSource(database.dataSource());
		return pool;
	}

	private static HikariDataSource hikariOfClass() {
		HikariDataSource pool = new HikariDataSource();
		pool.setDataSourceClassName(PGSimpleDataSource.class.getName());
		pool.addDataSourceProperty("url", database.url());
		pool.setUsername(database.user());
		pool.setPassword(database.password());
		return pool;
	}

	/** Those of the database, as both interfaces ask for them. */
	private abstract static class Details {

		public String getJdbcUrl() {
			return database.url();
		}

		public String getUsername() {
			return database.user();
		}

		public String getPassword() {
			return database.password();
		}

	}

	private static final class OwnDetails extends Details implements EventsConnectionDetails {

	}

	private static final class ServiceConnectionDetails extends Details implements JdbcConnectionDetails {

	}

	/** A socket factory that the user's settings name. */
	public static final class CountingSocketFactory extends PlainSocketFactory {

		static final AtomicInteger sockets = new AtomicInteger();

		@Override
		public Socket createSocket() {
			sockets.incrementAndGet();
			return super.createSocket();
		}

	}

	/** Tells nothing of where it goes. */
	private static final class Opaque extends AbstractDataSource {

		@Override
		public Connection getConnection() throws SQLException {
			return database.connect();
		}

		@Override
		public Connection getConnection(String username, String password) throws SQLException {
			return database.connect();
		}

	}

	private static final class Routing extends AbstractRoutingDataSource {

		Routing() {
			setTargetDataSources(Map.of("one", database.dataSource()));
			setDataSourceLookup(new MapDataSourceLookup());
		}

		@Override
		protected Object determineCurrentLookupKey() {
			return "one";
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class SecondBus {

		@Bean(defaultCandidate = false)
		@Qualifier("audit")
		PostgresEventBus auditBus() {
			return PostgresEventBus.builder()
				.name("audit")
				.listener(ConnectionSource.url(database.url(), database.user(), database.password()))
				.build();
		}

		@Bean
		Audit audit(@Qualifier("audit") PostgresEventBus bus) {
			return new Audit(bus);
		}

	}

	record Audit(PostgresEventBus bus) {

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnPublisher {

		@Bean
		Publisher mine(EventBus bus) {
			return new Publisher() {

				@Override
				public void publish(Event event) {
					bus.publish(event);
				}

				@Override
				public void publishAll(Collection<Event> events) {
					bus.publishAll(events);
				}

				@Override
				public CompletableFuture<Void> publishAsync(Event event) {
					return bus.publishAsync(event);
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnSubscriber {

		@Bean
		Subscriber mine(EventBus bus) {
			return new Subscriber() {

				@Override
				public Subscription subscribe(SubscriptionFilter filter, SubscriptionOptions options,
						EventHandler handler) {
					return bus.subscribe(filter, options, handler);
				}

				@Override
				public EventStream open(SubscriptionFilter filter, SubscriptionOptions options) {
					return bus.open(filter, options);
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Customizers {

		@Bean
		@Order(2)
		EventBusCustomizer second() {
			return (builder) -> builder.listening(false).listeningOffReason("second");
		}

		@Bean
		@Order(1)
		EventBusCustomizer first() {
			return (builder) -> builder.listeningOffReason("first");
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ProxiedDataSource {

		@Bean
		static BeanNameAutoProxyCreator proxies() {
			BeanNameAutoProxyCreator proxies = new BeanNameAutoProxyCreator();
			proxies.setBeanNames("dataSource");
			proxies.setInterceptorNames("interceptor");
			return proxies;
		}

		@Bean
		static SimpleTraceInterceptor interceptor() {
			return new SimpleTraceInterceptor();
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class OwnCodec {

		@Bean
		PayloadCodec codec() {
			return new PayloadCodec() {

				@Override
				public String toJson(Object value) {
					return "\"written\"";
				}

				@Override
				@SuppressWarnings("unchecked")
				public <T> T fromJson(String json, Type type) {
					return (T) ("read " + json);
				}

			};
		}

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

	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(EventsProperties.class)
	static class Properties {

	}

}
