package dev.pgevents.spring.autoconfigure;

import dev.pgevents.EventBus;
import dev.pgevents.PayloadCodec;
import dev.pgevents.memory.InMemoryEventBus;
import dev.pgevents.postgres.JacksonPayloadCodec;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;

/**
 * A bus within the process, for tests and single processes. Payloads go through JSON, so
 * that what works here works between processes.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnProperty(name = "events.backend", havingValue = "in-memory")
class InMemoryBusConfiguration {

	@Bean
	@Fallback // for a Publisher or Subscriber of the user's own
	@ConditionalOnMissingBean(EventBus.class)
	InMemoryEventBus domainEventBus(ObjectProvider<PayloadCodec> codec) {
		return InMemoryEventBus.builder().codec(codec.getIfUnique(JacksonPayloadCodec::new)).build();
	}

}
