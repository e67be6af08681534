package dev.pgevents.spring.autoconfigure;

import java.time.Clock;

import dev.pgevents.EventBus;
import dev.pgevents.spring.internal.actuate.EventsHealthIndicator;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.health.autoconfigure.contributor.ConditionalOnEnabledHealthIndicator;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the health indicator {@code events}; from Boot 4 on, where the
 * interface has moved to.
 *
 * @since 0.1
 */
@AutoConfiguration(after = EventsAutoConfiguration.class)
@ConditionalOnClass({ HealthIndicator.class, ConditionalOnEnabledHealthIndicator.class })
@ConditionalOnBean(EventBus.class)
@ConditionalOnEnabledHealthIndicator("events")
@EnableConfigurationProperties(EventsHealthProperties.class)
public final class EventsHealthAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = { "eventsHealthIndicator", "eventsHealthContributor" })
	EventsHealthIndicator eventsHealthIndicator(EventBus bus, EventsHealthProperties properties) {
		return new EventsHealthIndicator(bus, properties.gracePeriod(), Clock.systemUTC());
	}

}
