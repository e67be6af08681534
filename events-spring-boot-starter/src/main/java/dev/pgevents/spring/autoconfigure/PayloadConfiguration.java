package dev.pgevents.spring.autoconfigure;

import dev.pgevents.PayloadCodec;
import dev.pgevents.postgres.JacksonPayloadCodec;

import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * How payloads are written and read: one codec for the bus and for the check of what
 * handlers declare.
 */
@Configuration(proxyBeanMethods = false)
class PayloadConfiguration {

	@Bean
	@ConditionalOnMissingBean
	PayloadCodec eventsPayloadCodec() {
		return new JacksonPayloadCodec();
	}

}
