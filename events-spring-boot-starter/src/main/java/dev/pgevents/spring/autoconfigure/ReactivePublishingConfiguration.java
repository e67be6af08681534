package dev.pgevents.spring.autoconfigure;

import dev.pgevents.EventBus;
import dev.pgevents.PayloadCodec;
import dev.pgevents.spring.DomainEventInterceptor;
import dev.pgevents.spring.ReactivePublisher;
import dev.pgevents.spring.internal.handling.GuardedReactivePublisher;
import dev.pgevents.spring.internal.observation.EventObserver;
import dev.pgevents.spring.internal.transaction.ReactiveTransactionalPublisher;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * What reactive applications inject, in place of a publisher that waits.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnClass(name = "reactor.core.publisher.Mono")
class ReactivePublishingConfiguration {

	@Bean
	@ConditionalOnMissingBean(value = ReactivePublisher.class, name = "domainReactivePublisher")
	ReactivePublisher domainReactivePublisher(EventBus bus, EventsProperties properties,
			ObjectProvider<EventObserver> observer, ObjectProvider<DomainEventInterceptor> interceptors,
			ObjectProvider<PayloadCodec> codec) {
		return new GuardedReactivePublisher(
				new ReactiveTransactionalPublisher(bus, properties.publisher().mode(),
						observer.getIfUnique(() -> EventObserver.NONE)),
				OrderedBeans.of(interceptors), PayloadConfiguration.codecOf(bus, codec));
	}

	@Bean
	ReactiveTransactionManagers eventsReactiveTransactionManagers(ListableBeanFactory beans) {
		return new ReactiveTransactionManagers(beans);
	}

}
