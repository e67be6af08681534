package dev.pgevents.spring.internal.externalization;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.JacksonPayloadCodec;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.app.TestDatabase;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsModulithAutoConfiguration;
import dev.pgevents.spring.internal.externalization.payload.Nowhere;
import dev.pgevents.spring.internal.externalization.payload.Placed;
import dev.pgevents.spring.internal.externalization.payload.Routed;
import dev.pgevents.spring.internal.externalization.payload.Shipped;
import dev.pgevents.spring.internal.transaction.Received;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.JdbcTemplateAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.EventListener;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.modulith.events.config.EventExternalizationAutoConfiguration;
import org.springframework.modulith.events.config.EventPublicationAutoConfiguration;
import org.springframework.modulith.events.core.EventSerializer;
import org.springframework.modulith.events.support.EventExternalizationTransport;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.event.TransactionalEventListener;
import org.springframework.transaction.support.TransactionTemplate;
import org.springframework.util.ClassUtils;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * With Spring Modulith, and its registry of publications over JDBC.
 */
class ModulithTests {

	private static TestPostgres database;

	private final ApplicationContextRunner sending = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, TransactionAutoConfiguration.class,
				DataSourceTransactionManagerAutoConfiguration.class, JdbcTemplateAutoConfiguration.class,
				EventPublicationAutoConfiguration.class, EventExternalizationAutoConfiguration.class, jdbcRegistry(),
				EventsAutoConfiguration.class, EventListenerAutoConfiguration.class,
				EventsModulithAutoConfiguration.class))
		.withUserConfiguration(Application.class)
		.withBean(EventSerializer.class, Json::new)
		.withPropertyValues(TestDatabase.properties(database))
		.withPropertyValues("spring.modulith.events.jdbc.schema-initialization.enabled=true");

	private final ApplicationContextRunner runner = this.sending.withBean(Listeners.class);

	@BeforeAll
	static void createDatabase() throws SQLException {
		database = TestPostgres.shared().createDatabase();
	}

	@BeforeEach
	void dropPublications() throws SQLException {
		database.execute("DROP TABLE IF EXISTS event_publication");
	}

	@Test
	void externalizedEventLeavesThroughTheBusAndItsPublicationIsCompleted() {
		run(this.runner, (context, received) -> {
			TransactionTemplate transaction = new TransactionTemplate(
					context.getBean(PlatformTransactionManager.class));
			transaction.executeWithoutResult((status) -> {
				context.publishEvent(new Placed("placed"));
				assertThat(received.appIds()).isEmpty();
			});
			List<Event> events = received.until((event) -> event.type().value().equals("order.placed"));
			assertThat(events).extracting(Event::appId).containsExactly("placed");
			transaction.executeWithoutResult((status) -> context.publishEvent(new Routed("customer")));
			assertThat(received.until((event) -> event.type().value().equals("order.routed"))).singleElement()
				.extracting(Event::appId)
				.isEqualTo("customer");
			await().until(() -> publications(context, "completion_date IS NULL") == 0);
			assertThat(publications(context, "true")).isEqualTo(2);
			transaction.executeWithoutResult((status) -> {
				context.publishEvent(new Placed("rolled back"));
				status.setRollbackOnly();
			});
			assertThat(publications(context, "true")).isEqualTo(2);
			assertThat(received.appIds()).isEmpty();
		});
	}

	/** As that of Spring Boot 3.5 and 4.0 does. */
	@Test
	void externalizedEventLeavesWithAModulithThatKnowsOfNoTransports() {
		run(this.sending.withClassLoader(new FilteredClassLoader(EventExternalizationTransport.class)),
				(context, received) -> {
					new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
						.executeWithoutResult((status) -> context.publishEvent(new Placed("placed")));
					assertThat(received.until((event) -> event.type().value().equals("order.placed"))).singleElement()
						.extracting(Event::appId)
						.isEqualTo("placed");
					await().until(() -> publications(context, "completion_date IS NULL") == 0);
					assertThat(publications(context, "true")).isEqualTo(1);
				});
	}

	@Test
	void whatHasNotLeftWhenTheProcessEndsLeavesAfterTheNextStart() {
		this.runner
			.withPropertyValues("events.postgres.url=jdbc:postgresql://localhost:1/none",
					"events.publisher.timeout=200ms", "events.listener.enabled=false")
			.run((context) -> {
				new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
					.executeWithoutResult((status) -> context.publishEvent(new Placed("kept")));
				await().until(() -> publications(context, "status = 'FAILED'") == 1);
			});
		try (PostgresEventBus other = PostgresEventBus.builder().dataSource(database.dataSource()).build();
				Received received = new Received(other)) {
			run(this.runner.withPropertyValues("spring.modulith.events.republish-outstanding-events-on-restart=true"),
					(context, own) -> {
						received.until((event) -> "kept".equals(event.appId()));
						await().until(() -> publications(context, "completion_date IS NULL") == 0);
						assertThat(publications(context, "true")).isEqualTo(1);
					});
		}
	}

	@Test
	void whatCannotLeaveStaysInTheRegistry() {
		run(this.runner, (context, received) -> {
			new TransactionTemplate(context.getBean(PlatformTransactionManager.class))
				.executeWithoutResult((status) -> context.publishEvent(new Nowhere("nowhere")));
			await().until(() -> publications(context, "status = 'FAILED'") == 1);
			assertThat(received.appIds()).isEmpty();
		});
	}

	@Test
	void transportOfTheApplicationStays() {
		EventExternalizationTransport own = (payload, target) -> null;
		this.runner.withBean("own", EventExternalizationTransport.class, () -> own)
			.run((context) -> assertThat(context).getBean(EventExternalizationTransport.class).isSameAs(own));
	}

	@Test
	void leavesPublicationsToTheApplicationWhereExternalizationOrEventsAreOff() {
		for (String property : List.of("spring.modulith.events.externalization.enabled=false",
				"events.enabled=false")) {
			this.runner.withPropertyValues(property)
				.run((context) -> assertThat(context).hasNotFailed()
					.doesNotHaveBean(EventExternalizationTransport.class));
		}
	}

	@Test
	void receivedEventsLeaveNoPublicationThatIsNeverCompleted() {
		run(this.runner, (context, received) -> {
			Listeners listeners = context.getBean(Listeners.class);
			publish(context, "1");
			await().until(() -> listeners.heard().contains("1"));
			publish(context, "2");
			await().until(() -> listeners.heard().contains("2"));
			assertThat(listeners.heard()).containsExactly("1", "2");
			assertThat(listeners.inTransaction()).isEmpty();
			assertThat(listeners.withFallback()).containsExactly("1", "2");
			await().until(() -> publications(context, "completion_date IS NULL") == 0);
		});
	}

	@Test
	void receivedEventsReachModulesInTransactionsAndAreCompleted() {
		run(this.runner.withPropertyValues("events.application-events.transactional=true"), (context, received) -> {
			Listeners listeners = context.getBean(Listeners.class);
			publish(context, "1");
			await().until(() -> listeners.inTransaction().contains("1"));
			await().until(() -> publications(context, "completion_date IS NULL") == 0);
			assertThat(listeners.heard()).containsExactly("1");
			assertThat(listeners.withFallback()).containsExactly("1");
		});
	}

	@Test
	void goesBothWaysBetweenTwoApplications() {
		run(this.runner,
				(sender, received) -> this.runner
					.withPropertyValues("spring.modulith.events.jdbc.schema-initialization.enabled=false")
					.run((receiver) -> {
						new TransactionTemplate(sender.getBean(PlatformTransactionManager.class))
							.executeWithoutResult((status) -> sender.publishEvent(new Placed("there")));
						publish(receiver, "back");
						received.until((event) -> "there".equals(event.appId()));
						for (ApplicationContext each : List.of(sender, receiver)) {
							await().until(() -> each.getBean(Listeners.class).heard().contains("back"));
						}
						await().until(() -> publications(sender, "completion_date IS NULL") == 0);
						assertThat(receiver.getBean(Listeners.class).placed()).as("never bridged: it would leave again")
							.isEmpty();
					}));
	}

	private static void publish(ApplicationContext context, String app) {
		context.getBean(Publisher.class).publish(Event.of(EventType.of("order.shipped"), app, new Shipped(app)));
	}

	private static long publications(ApplicationContext context, String condition) {
		Long count = context.getBean(JdbcTemplate.class)
			.queryForObject("SELECT count(*) FROM event_publication WHERE " + condition, Long.class);
		return (count != null) ? count : 0;
	}

	private static void run(ApplicationContextRunner runner, BiConsumer<ApplicationContext, Received> test) {
		runner.run((context) -> {
			assertThat(context).hasNotFailed();
			try (Received received = new Received(context.getBean("domainEventBus", EventBus.class))) {
				test.accept(context, received);
			}
		});
	}

	/** It is not public. */
	private static Class<?> jdbcRegistry() {
		return ClassUtils
			.resolveClassName("org.springframework.modulith.events.jdbc.JdbcEventPublicationAutoConfiguration", null);
	}

	private static final class Json implements EventSerializer {

		private final JacksonPayloadCodec codec = new JacksonPayloadCodec();

		@Override
		public Object serialize(Object event) {
			return this.codec.toJson(event);
		}

		@Override
		public <T> T deserialize(Object serialized, Class<T> type) {
			return this.codec.fromJson((String) serialized, type);
		}

	}

	/** Asked through methods, since Modulith has it proxied. */
	static class Listeners {

		private final List<String> heard = new CopyOnWriteArrayList<>();

		private final List<String> inTransaction = new CopyOnWriteArrayList<>();

		private final List<String> withFallback = new CopyOnWriteArrayList<>();

		private final List<String> placed = new CopyOnWriteArrayList<>();

		List<String> heard() {
			return this.heard;
		}

		List<String> inTransaction() {
			return this.inTransaction;
		}

		List<String> withFallback() {
			return this.withFallback;
		}

		List<String> placed() {
			return this.placed;
		}

		@EventListener
		void hear(Shipped shipped) {
			this.heard.add(shipped.app());
		}

		@TransactionalEventListener
		void hearInTransaction(Shipped shipped) {
			this.inTransaction.add(shipped.app());
		}

		@TransactionalEventListener(fallbackExecution = true)
		void hearAnyway(Shipped shipped) {
			this.withFallback.add(shipped.app());
		}

		@EventListener
		void hear(Placed event) {
			this.placed.add(event.app());
		}

	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage(basePackageClasses = Placed.class)
	static class Application {

	}

}
