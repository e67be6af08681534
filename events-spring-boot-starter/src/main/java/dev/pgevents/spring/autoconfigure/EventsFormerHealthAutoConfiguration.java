package dev.pgevents.spring.autoconfigure;

import java.time.Clock;

import dev.pgevents.EventBus;
import dev.pgevents.spring.internal.actuate.FormerHealthIndicator;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.io.ResourceLoader;
import org.springframework.core.type.AnnotatedTypeMetadata;

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
	static final class OnEnabled extends SpringBootCondition {

		@Override
		public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
			Binder binder = Binder.get(context.getEnvironment());
			boolean enabled = binder.bind("management.health.events.enabled", Boolean.class)
				.orElseGet(() -> binder.bind("management.health.defaults.enabled", Boolean.class).orElse(true));
			ConditionMessage message = ConditionMessage.forCondition("health of events")
				.because(enabled ? "it is enabled" : "it is disabled");
			return new ConditionOutcome(enabled, message);
		}

	}

}
