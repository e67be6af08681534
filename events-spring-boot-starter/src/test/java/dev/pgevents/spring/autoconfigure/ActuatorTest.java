package dev.pgevents.spring.autoconfigure;

import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.SyncOnDomainEvent;
import dev.pgevents.spring.app.TestDatabase;
import org.junit.jupiter.api.BeforeAll;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Runs applications with all of the actuator that events have.
 */
abstract class ActuatorTest {

	static final Duration LIMIT = Duration.ofSeconds(20);

	static TestPostgres database;

	final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, EventsAutoConfiguration.class,
				EventsHealthAutoConfiguration.class, EventsEndpointAutoConfiguration.class,
				EventsMetricsAutoConfiguration.class))
		.withPropertyValues(TestDatabase.properties(database))
		.withPropertyValues("management.endpoints.web.exposure.include=events");

	@BeforeAll
	static void createDatabase() throws SQLException {
		database = TestPostgres.shared().createDatabase();
	}

	static Subscription subscribe(ApplicationContext context, String name, CountDownLatch proceed) {
		Subscription subscription = context.getBean(EventBus.class)
			.subscribe(SubscriptionFilter.types("epoch.*"), SubscriptionOptions.builder().name(name).build(),
					(event) -> assertThat(proceed.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue());
		assertThat(subscription.ready()).succeedsWithin(LIMIT);
		return subscription;
	}

	static class Worker {

		@OnDomainEvent("epoch.closed")
		void on(Event event) {
		}

	}

	static class Ledger {

		volatile boolean works;

		@SyncOnDomainEvent(every = "1h")
		void catchUp() {
			if (!this.works) {
				throw new IllegalStateException("deliberate");
			}
		}

	}

}
