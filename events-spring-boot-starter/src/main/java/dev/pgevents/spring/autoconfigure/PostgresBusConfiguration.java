package dev.pgevents.spring.autoconfigure;

import dev.pgevents.EventBus;
import dev.pgevents.PayloadCodec;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.spring.EventBusCustomizer;
import dev.pgevents.spring.EventsConnectionDetails;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.core.env.Environment;

/**
 * The bus over PostgreSQL.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBackend(EventsProperties.Backend.POSTGRES)
class PostgresBusConfiguration {

	@Bean
	@Fallback // for a Publisher or Subscriber of the user's own
	@ConditionalOnMissingBean(EventBus.class)
	PostgresEventBus domainEventBus(EventsProperties properties, ApplicationDataSource dataSource,
			ObjectProvider<EventsConnectionDetails> details, ListableBeanFactory beans, Environment environment,
			BusApplicationEvents applicationEvents, ObjectProvider<PayloadCodec> codec,
			ObjectProvider<EventBusCustomizer> customizers) {
		PostgresEventBus.Builder builder = PostgresEventBus.builder().suspended(true); // until
																						// the
																						// start
		builder.listener(BusRoute.connections(details.getIfAvailable(), properties.postgres(), dataSource, beans));
		new BusSettings(builder).apply(properties);
		builder.executor(HandlerExecutor.find(beans, environment));
		builder.application(environment.getProperty("spring.application.name"));
		codec.ifUnique(builder::codec);
		if (properties.applicationEvents().enabled()) {
			builder.connectionListener(applicationEvents).slowHandlerListener(applicationEvents);
		}
		customizers.orderedStream().forEach((customizer) -> customizer.customize(builder));
		return builder.build();
	}

}
