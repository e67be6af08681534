package dev.pgevents.spring.autoconfigure;

import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Import;
import org.springframework.core.env.Environment;

/**
 * Auto-configuration of the event bus and of what publishes and subscribes through it.
 * Ordered by name after auto-configurations that have moved between Boot 3.5 and 4.
 *
 * @since 0.1
 */
@AutoConfiguration(afterName = { "org.springframework.boot.jdbc.autoconfigure.DataSourceAutoConfiguration",
		"org.springframework.boot.autoconfigure.jdbc.DataSourceAutoConfiguration" })
@ConditionalOnEvents
@EnableConfigurationProperties(EventsProperties.class)
@Import({ PayloadConfiguration.class, PostgresBusConfiguration.class, InMemoryBusConfiguration.class,
		PublishingConfiguration.class, ReactivePublishingConfiguration.class })
public final class EventsAutoConfiguration {

	@Bean
	static UnknownProperties eventsUnknownProperties(Environment environment) {
		return new UnknownProperties(environment);
	}

}
