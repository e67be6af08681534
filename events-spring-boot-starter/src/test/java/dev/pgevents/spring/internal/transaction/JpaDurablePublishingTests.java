package dev.pgevents.spring.internal.transaction;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;

import javax.sql.DataSource;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.test.OwnThread;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.app.TestDatabase;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.Id;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Configuration;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Hibernate writes as late as it can: after the events, if nobody tells it.
 */
class JpaDurablePublishingTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private TestPostgres database;

	private ApplicationContextRunner runner;

	@BeforeEach
	void createDatabase() throws SQLException {
		this.database = TestPostgres.shared().createDatabase();
		this.runner = new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(DataSourceAutoConfiguration.class, HibernateJpaAutoConfiguration.class,
							TransactionAutoConfiguration.class, EventsAutoConfiguration.class))
			.withUserConfiguration(Application.class)
			.withPropertyValues(TestDatabase.properties(this.database))
			.withPropertyValues("spring.jpa.hibernate.ddl-auto=create", "spring.jpa.open-in-view=false",
					"events.log.enabled=true", "events.log.partitions=4");
	}

	@ParameterizedTest
	@ValueSource(strings = { "transactional", "after-commit" })
	void rowsAreWrittenBeforePartitionsAreLocked(String mode) {
		this.runner.withPropertyValues("events.publisher.mode=" + mode).run((context) -> {
			Publisher publisher = context.getBean(Publisher.class);
			EntityManager entities = context.getBean(EntityManager.class);
			TransactionTemplate transaction = new TransactionTemplate(
					context.getBean(PlatformTransactionManager.class));
			transaction.executeWithoutResult((status) -> entities.persist(new Account(1)));
			try (Received received = new Received(context.getBean("domainEventBus", EventBus.class))) {
				CompletableFuture<?>[] late = new CompletableFuture<?>[1];
				transaction.executeWithoutResult((status) -> {
					entities.createNativeQuery("UPDATE account SET balance = balance + 1 WHERE id = 1").executeUpdate();
					late[0] = CompletableFuture.runAsync(() -> transaction.executeWithoutResult((other) -> {
						entities.find(Account.class, 1L).balance = 10;
						publisher.publish(Event.of(EventType.of("a"), "app", 1));
					}), OwnThread.EACH);
					await().atMost(LIMIT).until(this::somebodyWaitsForALock);
					publisher.publish(Event.of(EventType.of("a"), "app", 2));
				});
				late[0].get(LIMIT.toSeconds(), TimeUnit.SECONDS);
				assertThat(received.events()).extracting((event) -> event.payloadAs(Integer.class))
					.containsExactly(2, 1);
			}
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "transactional", "after-commit" })
	void transactionsThatPublishInTheOppositeOrderDoNotDeadlock(String mode) {
		this.runner.withPropertyValues("events.publisher.mode=" + mode).run((context) -> {
			Publisher publisher = context.getBean(Publisher.class);
			TransactionTemplate transaction = new TransactionTemplate(
					context.getBean(PlatformTransactionManager.class));
			CyclicBarrier together = new CyclicBarrier(2);
			List<CompletableFuture<Void>> both = List.of(List.of("1", "2", "3", "4"), List.of("4", "3", "2", "1"))
				.stream()
				.map((apps) -> CompletableFuture.runAsync(() -> {
					for (int i = 0; i < 20; i++) {
						transaction.executeWithoutResult((status) -> {
							apps.forEach((app) -> publisher.publish(Event.of(EventType.of("a"), app, null)));
							await(together);
						});
					}
				}, OwnThread.EACH))
				.toList();
			for (CompletableFuture<Void> each : both) {
				each.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			}
			assertThat(this.database.query("SELECT count(*) FROM pgevents.event_log")).isEqualTo(160);
		});
	}

	/** Each is recorded at the call, before what Hibernate writes at the commit. */
	@Test
	void eventsRecordedByHandKeepTheirOrderAndCommitWithEntities() {
		this.runner.run((context) -> {
			PostgresEventBus bus = context.getBean(PostgresEventBus.class);
			EntityManager entities = context.getBean(EntityManager.class);
			TransactionTemplate transaction = new TransactionTemplate(
					context.getBean(PlatformTransactionManager.class));
			try (Received received = new Received(bus)) {
				for (boolean rollback : List.of(true, false)) {
					transaction.executeWithoutResult((status) -> {
						Publisher byHand = bus
							.publisher(DataSourceUtils.getConnection(context.getBean(DataSource.class)));
						byHand.publish(Event.of(EventType.of("a"), "app", 1));
						entities.persist(new Account(1));
						byHand.publish(Event.of(EventType.of("a"), "app", 2));
						entities.persist(new Account(2));
						byHand.publish(Event.of(EventType.of("a"), "app", 3));
						if (rollback) {
							status.setRollbackOnly();
						}
					});
				}
				assertThat(received.events()).extracting((event) -> event.payloadAs(Integer.class))
					.containsExactly(1, 2, 3);
			}
			assertThat(this.database
				.query("SELECT count(*) FROM pgevents.event_log AS l, account AS e WHERE l.xmin = e.xmin"))
				.as("three events of one transaction with two entities")
				.isEqualTo(6);
		});
	}

	/** Hibernate writes them after the position. */
	@Test
	void entitiesOfTheHandlersTransactionCommitWithThePosition() {
		this.runner.withConfiguration(AutoConfigurations.of(EventListenerAutoConfiguration.class))
			.withBean(OpenAccount.class)
			.run((context) -> {
				context.getBean("domainPublisher", Publisher.class).publish(Event.of(EventType.of("a"), "app", 7));
				await().atMost(LIMIT).until(() -> this.database.query("SELECT count(*) FROM account") == 1);
				assertThat(this.database.query("SELECT count(*) FROM account AS e, pgevents.event_cursor AS c"
						+ " WHERE e.id = 7 AND c.grp = 'accounts' AND c.pos = 1 AND c.xmin = e.xmin"))
					.isEqualTo(1);
			});
	}

	private static void await(CyclicBarrier barrier) {
		try {
			barrier.await(LIMIT.toSeconds(), TimeUnit.SECONDS);
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static org.awaitility.core.ConditionFactory await() {
		return org.awaitility.Awaitility.await();
	}

	private boolean somebodyWaitsForALock() throws SQLException {
		return this.database.query("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
				+ " AND wait_event_type = 'Lock'") > 0;
	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	static class Application {

	}

	static class OpenAccount {

		private final EntityManager entities;

		OpenAccount(EntityManager entities) {
			this.entities = entities;
		}

		@OnDomainEvent(types = "a", group = "accounts")
		@Transactional
		public void on(Event event) {
			this.entities.persist(new Account(event.payloadAs(Integer.class)));
		}

	}

	@Entity(name = "account")
	static class Account {

		@Id
		long id;

		long balance;

		Account() {
		}

		Account(long id) {
			this.id = id;
		}

	}

}
