package dev.pgevents.spring.autoconfigure;

import dev.pgevents.EventBus;
import dev.pgevents.memory.InMemoryEventBus;
import dev.pgevents.spring.internal.actuate.BusMeters;
import dev.pgevents.spring.internal.actuate.EventsEndpoint;
import dev.pgevents.spring.internal.actuate.EventsHealthIndicator;
import dev.pgevents.spring.internal.actuate.SubscriptionMeters;
import io.micrometer.core.instrument.binder.MeterBinder;
import org.junit.jupiter.api.Test;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.FilteredClassLoader;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Which beans there are for the actuator.
 */
class ActuatorAutoConfigurationTests extends ActuatorTest {

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

}
