package dev.pgevents.spring.autoconfigure;

import dev.pgevents.EventBus;
import dev.pgevents.memory.InMemoryEventBus;

import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;

/**
 * A bus within the process, for tests and single processes.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "events.backend", havingValue = "in-memory")
class InMemoryBusConfiguration {

	@Bean
	@Fallback // for a Publisher or Subscriber of the user's own
	@ConditionalOnMissingBean(EventBus.class)
	InMemoryEventBus domainEventBus() {
		return InMemoryEventBus.create();
	}

}
