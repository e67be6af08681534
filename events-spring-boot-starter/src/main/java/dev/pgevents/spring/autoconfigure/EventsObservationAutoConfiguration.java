package dev.pgevents.spring.autoconfigure;

import dev.pgevents.EventBus;
import dev.pgevents.spring.internal.observation.EventObserver;
import dev.pgevents.spring.internal.observation.MicrometerEventObserver;
import io.micrometer.observation.ObservationRegistry;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/**
 * Auto-configuration of the observations {@code events.publish} and
 * {@code events.handle}.
 *
 * @since 0.1
 */
@AutoConfiguration(after = EventsAutoConfiguration.class)
@ConditionalOnClass(ObservationRegistry.class)
@ConditionalOnBean(EventBus.class)
public final class EventsObservationAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean(EventObserver.class)
	MicrometerEventObserver eventsObserver(ObjectProvider<ObservationRegistry> registry) {
		return new MicrometerEventObserver(registry.getIfUnique(() -> ObservationRegistry.NOOP));
	}

}
