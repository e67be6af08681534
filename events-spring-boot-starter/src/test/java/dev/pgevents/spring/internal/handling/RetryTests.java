package dev.pgevents.spring.internal.handling;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgevents.Event;
import dev.pgevents.EventErrorHandler;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;
import dev.pgevents.Subscription;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.OnDomainEvent;
import dev.pgevents.spring.autoconfigure.EventListenerAutoConfiguration;
import dev.pgevents.spring.autoconfigure.EventsAutoConfiguration;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;
import org.springframework.resilience.annotation.EnableResilientMethods;
import org.springframework.resilience.annotation.Retryable;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The recipes of the documentation with Spring's {@code @Retryable}.
 */
class RetryTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final EventType PLACED = EventType.of("order.placed");

	private final List<Throwable> failures = new CopyOnWriteArrayList<>();

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(EventsAutoConfiguration.class, EventListenerAutoConfiguration.class))
		.withUserConfiguration(Resilient.class)
		.withBean(EventErrorHandler.class, () -> (subscription, delivery, error) -> this.failures.add(error))
		.withBean("shipping", Shipping.class)
		.withPropertyValues("events.backend=in-memory");

	@Test
	void triesAgainOnTheSameThreadSoThatTheOrderStays() {
		this.runner.run((context) -> {
			publish(context.getBean(Publisher.class), "twice", "never");
			Shipping shipping = context.getBean(Shipping.class);
			await().atMost(LIMIT)
				.untilAsserted(() -> assertThat(shipping.calls()).containsExactly("twice", "twice", "twice", "never"));
			await().atMost(LIMIT).until(() -> subscription(context).stats().handled() == 2);
			assertThat(subscription(context).stats().failed()).isZero();
			assertThat(this.failures).isEmpty();
		});
	}

	@Test
	void lastFailureCountsOnceAndIsTheOneThatTheMethodThrew() {
		this.runner.run((context) -> {
			publish(context.getBean(Publisher.class), "always", "never");
			await().atMost(LIMIT).until(() -> subscription(context).stats().handled() == 1);
			assertThat(context.getBean(Shipping.class).calls()).containsExactly("always", "always", "always", "never");
			assertThat(subscription(context).stats().failed()).isEqualTo(1);
			assertThat(this.failures).singleElement()
				.satisfies((failure) -> assertThat(failure).isInstanceOf(IllegalStateException.class)
					.hasMessage("the carrier is busy"));
		});
	}

	private static void publish(Publisher publisher, String... apps) {
		for (String app : apps) {
			publisher.publish(Event.of(PLACED, app, null));
		}
	}

	private static Subscription subscription(org.springframework.context.ApplicationContext context) {
		return context.getBean(DomainEventListenerContainer.class).subscriptions().iterator().next();
	}

	@Configuration(proxyBeanMethods = false)
	@EnableResilientMethods
	static class Resilient {

	}

	static class Shipping {

		private final List<String> calls = new CopyOnWriteArrayList<>();

		private final AtomicInteger attempts = new AtomicInteger();

		@OnDomainEvent("order.placed")
		@Retryable(includes = IllegalStateException.class, maxRetries = 2, delay = 10)
		public void on(@AppId String app) {
			this.calls.add(app);
			boolean fails = app.equals("always") || (app.equals("twice") && this.attempts.incrementAndGet() <= 2);
			if (fails) {
				throw new IllegalStateException("the carrier is busy");
			}
		}

		public List<String> calls() {
			return this.calls;
		}

	}

}
