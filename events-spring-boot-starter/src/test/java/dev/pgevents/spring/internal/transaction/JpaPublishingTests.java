package dev.pgevents.spring.internal.transaction;

import java.sql.SQLException;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.app.TestDatabase;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import jakarta.persistence.Entity;
import jakarta.persistence.EntityListeners;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.Id;
import jakarta.persistence.PreUpdate;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurationPackage;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

class JpaPublishingTests {

	private static TestPostgres database;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, HibernateJpaAutoConfiguration.class,
				TransactionAutoConfiguration.class, EventsAutoConfiguration.class))
		.withUserConfiguration(Application.class)
		.withPropertyValues(TestDatabase.properties(database))
		.withPropertyValues("spring.jpa.hibernate.ddl-auto=create", "spring.jpa.open-in-view=false");

	@BeforeAll
	static void createDatabase() throws SQLException {
		database = TestPostgres.shared().createDatabase();
	}

	@Test
	void joinsTransactionsOfJpa() {
		this.runner.run((context) -> {
			Publisher publisher = context.getBean(Publisher.class);
			TransactionTemplate transaction = new TransactionTemplate(
					context.getBean(PlatformTransactionManager.class));
			try (Received received = new Received(context.getBean("domainEventBus", EventBus.class))) {
				transaction.executeWithoutResult((status) -> {
					publisher.publish(Event.of(EventType.of("a"), "committed", null));
					assertThat(received.appIds()).isEmpty();
				});
				assertThat(received.appIds()).containsExactly("committed");
				transaction.executeWithoutResult((status) -> {
					publisher.publish(Event.of(EventType.of("a"), "rolled back", null));
					status.setRollbackOnly();
				});
				assertThat(received.appIds()).isEmpty();
			}
		});
	}

	@Test
	void publishesFromPreUpdateInTheTransactionThatUpdates() {
		this.runner.run((context) -> {
			EntityManager entities = context.getBean(EntityManager.class);
			TransactionTemplate transaction = new TransactionTemplate(
					context.getBean(PlatformTransactionManager.class));
			try (Received received = new Received(context.getBean("domainEventBus", EventBus.class))) {
				transaction.executeWithoutResult((status) -> entities.persist(new Epoch(1, "open")));
				// Hibernate flushes, and calls back, after Spring's beforeCommit
				transaction.executeWithoutResult((status) -> entities.find(Epoch.class, 1L).status = "closed");
				assertThat(received.appIds()).containsExactly("closed");
				Throwable failure = catchThrowable(() -> transaction.executeWithoutResult((status) -> {
					entities.find(Epoch.class, 1L).status = "refused";
					entities.createNativeQuery("ALTER TABLE epoch ADD CONSTRAINT c CHECK (status <> 'refused')")
						.executeUpdate();
				}));
				assertThat(failure).isNotNull();
				assertThat(received.appIds()).isEmpty();
			}
		});
	}

	/** Spring knows of no transaction. */
	@Test
	void leavesAtOnceInATransactionOfJpasOwn() {
		this.runner.run((context) -> {
			Publisher publisher = context.getBean(Publisher.class);
			try (Received received = new Received(context.getBean("domainEventBus", EventBus.class));
					EntityManager entities = context.getBean(EntityManagerFactory.class).createEntityManager()) {
				entities.getTransaction().begin();
				publisher.publish(Event.of(EventType.of("a"), "at once", null));
				assertThat(received.appIds()).containsExactly("at once");
				entities.getTransaction().rollback();
			}
		});
	}

	@Configuration(proxyBeanMethods = false)
	@AutoConfigurationPackage
	static class Application {

		@Bean
		Announcer announcer(Publisher publisher) {
			return new Announcer(publisher);
		}

	}

	static class Announcer {

		private final Publisher publisher;

		Announcer(Publisher publisher) {
			this.publisher = publisher;
		}

		@PreUpdate
		void updated(Epoch epoch) {
			this.publisher.publish(Event.of(EventType.of("epoch.closed"), epoch.status, null));
		}

	}

	@Entity(name = "epoch")
	@EntityListeners(Announcer.class)
	static class Epoch {

		@Id
		long id;

		String status;

		Epoch() {
		}

		Epoch(long id, String status) {
			this.id = id;
			this.status = status;
		}

	}

}
