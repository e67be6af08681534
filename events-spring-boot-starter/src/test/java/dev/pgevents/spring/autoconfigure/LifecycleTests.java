package dev.pgevents.spring.autoconfigure;

import java.sql.SQLException;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.Publisher;
import dev.pgevents.Subscriber;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.OnGap;
import dev.pgevents.spring.app.TestDatabase;
import dev.pgevents.spring.internal.listener.ReceivingTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.Status;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.test.context.assertj.AssertableApplicationContext;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.LifecycleProcessor;
import org.springframework.context.support.AbstractApplicationContext;

import dev.pgevents.spring.internal.actuate.EventsHealthIndicator;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * When the bus's connections are there, and when they are not.
 */
class LifecycleTests extends ReceivingTest {

	private static final EventType CLOSED = EventType.of("epoch.closed");

	private TestPostgres database;

	@BeforeEach
	void createDatabase() throws SQLException {
		this.database = TestPostgres.shared().createDatabase();
	}

	private ApplicationContextRunner runner() {
		return new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, EventsAutoConfiguration.class,
					EventListenerAutoConfiguration.class, EventsHealthAutoConfiguration.class))
			.withPropertyValues(TestDatabase.properties(this.database))
			.withPropertyValues("management.health.events.grace-period=0s")
			.withBean("cache", Cache.class);
	}

	@Test
	void contextThatIsNotStartedConnectsForWhatItPublishesAlone() {
		runner().withBean(AbstractApplicationContext.LIFECYCLE_PROCESSOR_BEAN_NAME, NeverStarting.class)
			.run((context) -> {
				PostgresEventBus bus = context.getBean(PostgresEventBus.class);
				assertThat(bus.status().connection().state()).isEqualTo(ConnectionState.STOPPED);
				assertThat(sessions("%")).isZero();
				try (PostgresEventBus other = PostgresEventBus.builder()
					.name("other")
					.dataSource(this.database.dataSource())
					.build()) {
					Subscription subscription = other.subscribe(SubscriptionFilter.all(), received::add);
					subscription.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
					publish(context, "1");
					assertThat(next()).isInstanceOf(Event.class);
				}
				assertThat(bus.status().connection().state()).isEqualTo(ConnectionState.STOPPED);
				assertThat(sessions("listener")).isZero();
			});
	}

	@Test
	void connectionsAreClosedWhileTheContextIsStopped() {
		runner().run((context) -> {
			ConfigurableApplicationContext source = context
				.getSourceApplicationContext(ConfigurableApplicationContext.class);
			assertStopsAndStarts(context, source::stop, source::start);
			assertStopsAndStarts(context, source::pause, source::restart);
		});
	}

	@Test
	void connectionsAreClosedWhileTheContainerIsStopped() {
		runner().run((context) -> {
			DomainEventListenerContainer container = context.getBean(DomainEventListenerContainer.class);
			assertStopsAndStarts(context, container::stop, container::start);
			assertStopsAndStarts(context, container::stop, () -> container.start("cache"));
		});
	}

	private void assertStopsAndStarts(AssertableApplicationContext context, Runnable stop, Runnable start)
			throws InterruptedException {
		PostgresEventBus bus = context.getBean(PostgresEventBus.class);
		await().atMost(LIMIT).until(bus::isDelivering);
		publish(context, "1");
		await().atMost(LIMIT).until(() -> received.contains("1"));
		received.clear();
		stop.run();
		await().atMost(LIMIT).until(() -> sessions("%") == 0);
		assertThat(bus.status().connection().state()).isEqualTo(ConnectionState.STOPPED);
		assertThat(context.getBean(EventsHealthIndicator.class).health(true).getStatus()).isEqualTo(Status.UP);
		publish(context, "missed");
		start.run();
		publish(context, "2");
		assertThat(next()).isEqualTo(Gap.Reason.STOPPED);
		assertThat(next()).isEqualTo("2");
	}

	@Test
	void subscriptionOfTheApplicationsOwnIsToldWhenTheContextIsStartedAgain() {
		runner().run((context) -> {
			Subscription own = context.getBean(Subscriber.class).subscribe(SubscriptionFilter.all(), (event) -> {
			});
			own.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			ConfigurableApplicationContext source = context
				.getSourceApplicationContext(ConfigurableApplicationContext.class);
			source.stop();
			source.start();
			await().atMost(LIMIT).until(() -> own.stats().gaps() == 1);
		});
	}

	@Test
	void stoppingOneMethodOfTwoKeepsTheConnections() {
		runner().withBean("other", Other.class).run((context) -> {
			PostgresEventBus bus = context.getBean(PostgresEventBus.class);
			await().atMost(LIMIT).until(bus::isDelivering);
			context.getBean(DomainEventListenerContainer.class).stop("cache");
			assertThat(bus.status().connection().state()).isEqualTo(ConnectionState.LISTENING);
			context.getBean(DomainEventListenerContainer.class).stop("other");
			assertThat(bus.status().connection().state()).as("the container is running")
				.isEqualTo(ConnectionState.LISTENING);
		});
	}

	@Test
	void containerOfAChildKeepsTheBusOfItsParentConnected() {
		runner().run((parent) -> new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
			.withParent(parent)
			.withBean("other", Other.class)
			.run((child) -> {
				PostgresEventBus bus = parent.getBean(PostgresEventBus.class);
				await().atMost(LIMIT).until(bus::isDelivering);
				parent.getBean(DomainEventListenerContainer.class).stop();
				assertThat(bus.status().connection().state()).isEqualTo(ConnectionState.LISTENING);
				child.getBean(DomainEventListenerContainer.class).stop();
				assertThat(bus.status().connection().state()).isEqualTo(ConnectionState.STOPPED);
			}));
	}

	private long sessions(String purpose) {
		try {
			return this.database.query("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
					+ "AND application_name LIKE 'pgevents events " + purpose + "'");
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	private static void publish(AssertableApplicationContext context, String app) {
		context.getBean(Publisher.class).publish(Event.of(CLOSED, app, null));
	}

	static class Cache {

		@OnDomainEvent(types = "epoch.closed", id = "cache")
		void on(@AppId String app) {
			received.add(app);
		}

		@OnGap
		void on(Gap gap) {
			received.add(gap.reason());
		}

	}

	static class Other {

		@OnDomainEvent(types = "epoch.opened", id = "other")
		void on(Event event) {
		}

	}

	/** As a context that is refreshed for a training run. */
	static class NeverStarting implements LifecycleProcessor {

		@Override
		public void onRefresh() {
		}

		@Override
		public void onClose() {
		}

		@Override
		public void start() {
		}

		@Override
		public void stop() {
		}

		@Override
		public boolean isRunning() {
			return false;
		}

	}

}
