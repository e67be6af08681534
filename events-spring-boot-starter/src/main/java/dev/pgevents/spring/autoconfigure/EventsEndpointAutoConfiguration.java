package dev.pgevents.spring.autoconfigure;

import dev.pgevents.EventBus;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.internal.actuate.EventsEndpoint;
import dev.pgevents.spring.internal.actuate.EventsWebEndpoint;

import org.springframework.boot.actuate.autoconfigure.endpoint.condition.ConditionalOnAvailableEndpoint;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the endpoint {@code events}.
 *
 * @since 0.1
 */
@AutoConfiguration(after = EventsAutoConfiguration.class)
@ConditionalOnClass(ConditionalOnAvailableEndpoint.class)
@ConditionalOnBean(EventBus.class)
@ConditionalOnAvailableEndpoint(EventsEndpoint.class)
public final class EventsEndpointAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	EventsEndpoint eventsEndpoint(EventBus bus, ObjectProvider<DomainEventListenerContainer> container) {
		return new EventsEndpoint(bus, container::getIfUnique);
	}

	@Bean
	@ConditionalOnBean(EventsEndpoint.class)
	@ConditionalOnMissingBean
	EventsWebEndpoint eventsWebEndpoint(EventsEndpoint endpoint) {
		return new EventsWebEndpoint(endpoint);
	}

}
