package dev.pgevents.spring.autoconfigure;

import java.time.Clock;

import dev.pgevents.EventBus;
import dev.pgevents.spring.internal.actuate.FormerHealthIndicator;
import dev.pgevents.spring.internal.condition.BoundPropertyCondition;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.io.ResourceLoader;

/**
 * Auto-configuration of the health indicator {@code events} on Boot 3.5.
 *
 * @since 0.1
 * @see EventsHealthAutoConfiguration
 */
@AutoConfiguration(after = EventsAutoConfiguration.class)
@ConditionalOnClass(name = FormerHealthIndicator.TYPE)
@ConditionalOnBean(EventBus.class)
@Conditional(EventsFormerHealthAutoConfiguration.OnEnabled.class)
@EnableConfigurationProperties(EventsHealthProperties.class)
public final class EventsFormerHealthAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(name = { "eventsHealthIndicator", "eventsHealthContributor" })
	FormerHealthIndicator eventsHealthIndicator(EventBus bus, EventsHealthProperties properties,
			ResourceLoader resources) {
		return new FormerHealthIndicator(bus, properties.gracePeriod(), Clock.systemUTC(), resources.getClassLoader());
	}

	/** As Boot's {@code @ConditionalOnEnabledHealthIndicator}, which has moved too. */
	static final class OnEnabled extends BoundPropertyCondition {

		OnEnabled() {
			super(true, "management.health.events.enabled", "management.health.defaults.enabled");
		}

	}

}
