package dev.pgevents.spring.autoconfigure;

import dev.pgevents.EventBus;
import dev.pgevents.spring.EventBusCustomizer;
import dev.pgevents.spring.internal.actuate.BusMeters;
import dev.pgevents.spring.internal.actuate.GroupMeters;
import dev.pgevents.spring.internal.actuate.HandlerTimers;
import dev.pgevents.spring.internal.actuate.SubscriptionMeters;
import dev.pgevents.spring.internal.actuate.SyncMeters;
import dev.pgevents.spring.internal.observation.ObservationDescriptions;
import io.micrometer.core.instrument.binder.MeterBinder;

import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;

/**
 * Auto-configuration of the meters {@code events.*}, which Boot binds to the
 * application's registries, if it has any.
 *
 * @since 0.1
 */
@AutoConfiguration(after = EventsAutoConfiguration.class)
@ConditionalOnClass(MeterBinder.class)
@ConditionalOnBean(EventBus.class)
public final class EventsMetricsAutoConfiguration {

	@Bean
	@ConditionalOnMissingBean
	BusMeters eventsBusMeters(EventBus bus) {
		return new BusMeters(bus);
	}

	@Bean
	@ConditionalOnMissingBean
	GroupMeters eventsGroupMeters(ObjectProvider<EventBus> bus) {
		return new GroupMeters(bus::getIfUnique);
	}

	@Bean
	@ConditionalOnMissingBean
	SubscriptionMeters eventsSubscriptionMeters(GroupMeters groups) {
		return new SubscriptionMeters(groups);
	}

	@Bean
	@ConditionalOnMissingBean
	HandlerTimers eventsHandlerTimers() {
		return new HandlerTimers();
	}

	@Bean
	@ConditionalOnMissingBean
	SyncMeters eventsSyncMeters() {
		return new SyncMeters();
	}

	@Bean
	@ConditionalOnMissingBean
	static ObservationDescriptions eventsObservationDescriptions() {
		return new ObservationDescriptions();
	}

	@Bean
	@Order(Ordered.HIGHEST_PRECEDENCE)
	EventBusCustomizer eventsMetricsCustomizer(SubscriptionMeters meters) {
		return (builder) -> builder.subscriptionListener(meters);
	}

}
