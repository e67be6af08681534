package dev.pgevents.spring.autoconfigure;

import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgevents.DelegatingEventBus;
import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventHandler;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.test.TestPostgres;
import dev.pgevents.spring.app.TestDatabase;
import dev.pgevents.spring.internal.actuate.BusMeters;
import dev.pgevents.spring.internal.actuate.EventsEndpoint;
import dev.pgevents.spring.internal.actuate.EventsHealthIndicator;
import dev.pgevents.spring.internal.transaction.Received;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration;
import org.springframework.boot.jdbc.autoconfigure.DataSourceTransactionManagerAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.transaction.autoconfigure.TransactionAutoConfiguration;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An application puts a bus of its own around the bus, and keeps what the bus can do.
 */
class DecoratedBusTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static TestPostgres database;

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(DataSourceAutoConfiguration.class, TransactionAutoConfiguration.class,
				DataSourceTransactionManagerAutoConfiguration.class, EventsAutoConfiguration.class,
				EventsHealthAutoConfiguration.class, EventsEndpointAutoConfiguration.class,
				EventsMetricsAutoConfiguration.class))
		.withPropertyValues(TestDatabase.properties(database))
		.withPropertyValues("management.endpoints.web.exposure.include=events");

	@BeforeAll
	static void createDatabase() throws SQLException {
		database = TestPostgres.shared().createDatabase();
	}

	@ParameterizedTest
	@ValueSource(classes = { Extending.class, ByHand.class })
	void keepsTransactionsMetersAndHealth(Class<?> decorating) {
		this.runner.withUserConfiguration(decorating).run((context) -> {
			EventBus bus = context.getBean(EventBus.class);
			assertThat(bus).isInstanceOfAny(Counting.class, HandWritten.class);
			await().atMost(LIMIT).until(bus::isDelivering);
			assertTransactions(context, bus);
			MeterRegistry meters = new SimpleMeterRegistry();
			context.getBean(BusMeters.class).bindTo(meters);
			assertThat(meters.get("events.connection.delivering").gauge().value()).isEqualTo(1);
			assertThat(meters.get("events.publisher.failed").functionCounter().count()).isZero();
			assertThat(context.getBean(EventsHealthIndicator.class).health().getDetails()).containsEntry("connection",
					ConnectionState.LISTENING);
			assertThat(context.getBean(EventsEndpoint.class).events().connection()).isNotNull();
		});
	}

	private static void assertTransactions(ApplicationContext context, EventBus bus) {
		Publisher publisher = context.getBean(Publisher.class);
		TransactionTemplate transaction = new TransactionTemplate(context.getBean(PlatformTransactionManager.class));
		try (Received received = new Received(bus)) {
			transaction.executeWithoutResult((status) -> {
				publisher.publish(event("rolled back"));
				status.setRollbackOnly();
			});
			transaction.executeWithoutResult((status) -> {
				publisher.publish(event("committed"));
				assertThat(received.appIds()).isEmpty();
			});
			publisher.publish(event("outside"));
			assertThat(received.appIds()).containsExactly("committed", "outside");
		}
		if (bus instanceof Counting counting) {
			assertThat(counting.published).as("outside of the transactions").hasValue(1);
		}
	}

	private static Event event(String app) {
		return Event.of(EventType.of("epoch.closed"), app, null);
	}

	@Configuration(proxyBeanMethods = false)
	static class Extending {

		@Bean
		static BeanPostProcessor decorator() {
			return new Decorator() {

				@Override
				EventBus decorate(EventBus bus) {
					return new Counting(bus);
				}

			};
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class ByHand {

		@Bean
		static BeanPostProcessor decorator() {
			return new Decorator() {

				@Override
				EventBus decorate(EventBus bus) {
					return new HandWritten(bus);
				}

			};
		}

	}

	private abstract static class Decorator implements BeanPostProcessor {

		abstract EventBus decorate(EventBus bus);

		@Override
		public Object postProcessAfterInitialization(Object bean, String name) {
			return (bean instanceof EventBus bus) ? decorate(bus) : bean;
		}

	}

	static class Counting extends DelegatingEventBus {

		final AtomicInteger published = new AtomicInteger();

		Counting(EventBus bus) {
			super(bus);
		}

		@Override
		public void publishAll(Collection<Event> events) {
			this.published.addAndGet(events.size());
			super.publishAll(events);
		}

	}

	/** Without the library's class: one method passes everything on. */
	static class HandWritten implements EventBus {

		private final EventBus bus;

		HandWritten(EventBus bus) {
			this.bus = bus;
		}

		@Override
		public <T> Optional<T> capability(Class<T> type) {
			return this.bus.capability(type);
		}

		@Override
		public void publish(Event event) {
			this.bus.publish(event);
		}

		@Override
		public void publishAll(Collection<Event> events) {
			this.bus.publishAll(List.copyOf(events));
		}

		@Override
		public CompletableFuture<Void> publishAsync(Event event) {
			return this.bus.publishAsync(event);
		}

		@Override
		public Subscription subscribe(SubscriptionFilter filter, SubscriptionOptions options, EventHandler handler) {
			return this.bus.subscribe(filter, options, handler);
		}

		@Override
		public EventStream open(SubscriptionFilter filter, SubscriptionOptions options) {
			return this.bus.open(filter, options);
		}

		@Override
		public boolean isDelivering() {
			return this.bus.isDelivering();
		}

		@Override
		public void close() {
			this.bus.close();
		}

	}

}
