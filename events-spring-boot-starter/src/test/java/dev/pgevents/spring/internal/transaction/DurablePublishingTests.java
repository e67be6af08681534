package dev.pgevents.spring.internal.transaction;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventLog;
import dev.pgevents.Position;
import dev.pgevents.StartPosition;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.Durability;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.app.TestDatabase;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * When and whether what is published in transactions gets into the event log.
 */
@ExtendWith(OutputCaptureExtension.class)
class DurablePublishingTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private TestPostgres database;

	private ApplicationContextRunner runner;

	@BeforeEach
	void createDatabase() throws SQLException {
		this.database = TestPostgres.shared().createDatabase();
		this.database.execute("CREATE TABLE data (id int PRIMARY KEY)");
		this.runner = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class,
					DataSourceTransactionManagerAutoConfiguration.class, TransactionAutoConfiguration.class,
					EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
			.withPropertyValues(TestDatabase.properties(this.database))
			.withPropertyValues("events.log.enabled=true", "events.log.partitions=4");
	}

	@ParameterizedTest
	@ValueSource(strings = { "transactional", "after-commit" })
	void theRowIsOfTheTransactionThatPublishes(String mode) {
		this.runner.withPropertyValues("events.publisher.mode=" + mode)
			.run((context) -> PublishingApplication.with(context, (application) -> {
				application.transaction((status) -> {
					application.jdbc().update("INSERT INTO data VALUES (1)");
					application.publish("7");
					application.publish("8");
				});
				List<Event> events = application.received().events();
				assertThat(events).extracting(Event::appId).containsExactly("7", "8");
				assertThat(events).extracting(Event::position).doesNotContainNull();
				assertThat(application.jdbc()
					.queryForObject("SELECT count(*) FROM pgevents.event_log AS l, data AS d WHERE l.xmin = d.xmin",
							Integer.class))
					.isEqualTo(2);
				application.transaction((status) -> {
					application.publish("9");
					status.setRollbackOnly();
				});
				assertThat(application.received().appIds()).isEmpty();
				assertThat(recorded(context)).extracting(Event::appId).containsExactly("7", "8");
			}));
	}

	@Test
	void afterCommitWhatIsRolledBackToASavepointOrPublishedLateCountsToo() {
		this.runner.withPropertyValues("events.publisher.mode=after-commit")
			.run((context) -> PublishingApplication.with(context, (application) -> {
				application.transaction((status) -> {
					application.publish("1");
					application.transaction(TransactionDefinition.PROPAGATION_NESTED, (nested) -> {
						application.publish("2");
						nested.setRollbackOnly();
					});
					TransactionSynchronizationManager.registerSynchronization(new TransactionSynchronization() {

						@Override
						public void beforeCompletion() {
							application.publish("late");
						}

					});
				});
				assertThat(application.received().appIds()).containsExactlyInAnyOrder("1", "late");
				assertThat(recorded(context)).extracting(Event::appId).containsExactlyInAnyOrder("1", "late");
			}));
	}

	@Test
	void afterCommitAReadOnlyTransactionIsLeftAlone() {
		this.runner.withPropertyValues("events.publisher.mode=after-commit")
			.run((context) -> PublishingApplication.with(context, (application) -> {
				TransactionTemplate readOnly = new TransactionTemplate(
						context.getBean(PlatformTransactionManager.class));
				readOnly.setReadOnly(true);
				readOnly.executeWithoutResult((status) -> application.publish("7"));
				assertThat(application.received().events()).singleElement()
					.satisfies((event) -> assertThat(event.position()).isNotNull());
			}));
	}

	@Test
	void immediatelyTheRowIsOfATransactionOfItsOwn() {
		this.runner.withPropertyValues("events.publisher.mode=immediate")
			.run((context) -> PublishingApplication.with(context, (application) -> {
				application.transaction((status) -> {
					application.publish("7");
					status.setRollbackOnly();
				});
				assertThat(application.received().events()).singleElement()
					.satisfies((event) -> assertThat(event.position()).isNotNull());
				assertThat(recorded(context)).extracting(Event::appId).containsExactly("7");
			}));
	}

	@Test
	void afterATransactionOfAnotherDataSourceTheRowIsRecordedWithoutOne() {
		TransactionTemplate foreign = new TransactionTemplate(
				new DataSourceTransactionManager(TestPostgres.shared().dataSource()));
		this.runner.run((context) -> PublishingApplication.with(context, (application) -> {
			foreign.executeWithoutResult((status) -> {
				application.publish("7");
				assertThat(recorded(context)).isEmpty();
			});
			foreign.executeWithoutResult((status) -> {
				application.publish("8");
				status.setRollbackOnly();
			});
			assertThat(application.received().events()).singleElement()
				.satisfies((event) -> assertThat(event.position()).isNotNull());
			assertThat(recorded(context)).extracting(Event::appId).containsExactly("7");
		}));
	}

	/** What a process leaves behind that is killed between commit and notification. */
	@Test
	void aGroupHandlesWhatNobodyWasNotifiedOf() {
		this.runner.withBean(Collecting.class).run((context) -> PublishingApplication.with(context, (application) -> {
			Collecting collecting = context.getBean(Collecting.class);
			application.publish("7");
			await().atMost(LIMIT).until(() -> collecting.events.size() == 1);
			application.jdbc()
				.queryForObject("SELECT pgevents.event_record(ARRAY['{\"type\":\"epoch.closed\",\"app_id\":\"7\","
						+ "\"payload\":\"unheard\"}'], ARRAY[true], 0)::text", String.class);
			application.publish("7");
			await().atMost(LIMIT).until(() -> collecting.events.size() == 3);
			assertThat(collecting.events.get(1).payloadAs(String.class)).isEqualTo("unheard");
			assertThat(collecting.events).extracting(Event::position)
				.isSorted()
				.extracting(Position::number)
				.containsExactly(1L, 2L, 3L);
		}));
	}

	@ParameterizedTest
	@ValueSource(strings = { "postgres", "in-memory" })
	void theClassOfAPayloadDecidesBeforeTheProperties(String backend) {
		this.runner.withPropertyValues("events.log.types=epoch.*,order.none", "events.backend=" + backend)
			.run((context) -> {
				DomainEventPublisher publisher = context.getBean(DomainEventPublisher.class);
				publisher.publish(new Always("1"));
				publisher.publish(new Never("2"));
				publisher.publish(new Configured("3"));
				publisher.publish(new Unlisted("4"));
				assertThat(recorded(context)).extracting((event) -> event.type().value())
					.containsExactlyInAnyOrder("order.placed", "epoch.opened");
			});
	}

	@Test
	void whoPublishesWithoutTheLogIsNamedOnce(CapturedOutput output) {
		this.runner.withBean(Collecting.class).run((context) -> PublishingApplication.with(context, (application) -> {
			try (PostgresEventBus legacy = PostgresEventBus.builder()
				.application("legacy-shop")
				.listener(ConnectionSource.url(this.database.url(), this.database.user(), this.database.password()))
				.build()) {
				application.publish("7");
				legacy.publish(Event.of(PublishingApplication.TYPE, "7", null));
				legacy.publish(Event.of(PublishingApplication.TYPE, "7", null));
				assertThat(application.received().appIds()).containsExactly("7", "7", "7");
				await().atMost(LIMIT).until(() -> output.getAll().contains("has not recorded it in the event log"));
			}
		}));
		assertThat(output.getAll()).containsOnlyOnce("has not recorded it in the event log")
			.containsPattern("events: group billing does not handle Event\\[epoch.closed .*: role \\w+ as "
					+ "\"pgevents events publisher of legacy-shop\" from .* \\(process \\d+\\) has not recorded it");
	}

	private static List<Event> recorded(ApplicationContext context) {
		return context.getBean(EventBus.class)
			.capability(EventLog.class)
			.orElseThrow()
			.read(SubscriptionFilter.all(), StartPosition.earliest(), 100)
			.stream()
			.filter((event) -> !event.type().value().equals("marker"))
			.toList();
	}

	static class Collecting {

		private final List<Event> events = new CopyOnWriteArrayList<>();

		@OnDomainEvent(types = "epoch.closed", group = "billing")
		void on(Event event) {
			this.events.add(event);
		}

	}

	@DomainEvent(value = "order.placed", durable = Durability.ALWAYS)
	record Always(String number) {

	}

	@DomainEvent(value = "epoch.closed", durable = Durability.NEVER)
	record Never(String number) {

	}

	@DomainEvent("epoch.opened")
	record Configured(String number) {

	}

	@DomainEvent("order.shipped")
	record Unlisted(String number) {

	}

}
