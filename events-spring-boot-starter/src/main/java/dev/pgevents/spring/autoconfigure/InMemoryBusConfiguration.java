package dev.pgevents.spring.autoconfigure;

import dev.pgevents.EventBus;
import dev.pgevents.PayloadCodec;
import dev.pgevents.SubscriptionListener;
import dev.pgevents.memory.InMemoryEventBus;
import dev.pgevents.postgres.JacksonPayloadCodec;
import dev.pgevents.postgres.PostgresEventBus;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Fallback;
import org.springframework.core.env.Environment;

/**
 * A bus within the process, for tests and single processes. Payloads go through JSON, so
 * that what works here works between processes.
 */
@Configuration(proxyBeanMethods = false)
@ConditionalOnBackend(EventsProperties.Backend.IN_MEMORY)
class InMemoryBusConfiguration {

	/** Enough for any test, and little enough for any heap. */
	private static final int LOG_CAPACITY = 100_000;

	@Bean
	@Fallback // for a Publisher or Subscriber of the user's own
	@ConditionalOnMissingBean(EventBus.class)
	InMemoryEventBus domainEventBus(EventsProperties properties, ListableBeanFactory beans, Environment environment,
			BusApplicationEvents applicationEvents, ObjectProvider<PayloadCodec> codec,
			ObjectProvider<SubscriptionListener> subscriptionListener) {
		new BusSettings(PostgresEventBus.builder()).apply(properties); // checks all of
																		// them
		EventsProperties.Listener listener = properties.listener();
		InMemoryEventBus.Builder builder = InMemoryEventBus.builder();
		builder.codec(codec.getIfUnique(JacksonPayloadCodec::new)).executor(HandlerExecutor.find(beans, environment));
		builder.shutdownTimeout(listener.shutdownTimeout()).slowHandlerThreshold(listener.slowHandlerThreshold());
		EventsProperties.Log log = properties.log();
		if (log.enabled()) {
			builder.log(LOG_CAPACITY).retry(log.retry().maxAttempts(), BusSettings.retry(log.retry()));
			builder.recorded(BusSettings.log(log)::records);
		}
		if (properties.applicationEvents().enabled()) {
			builder.slowHandlerListener(applicationEvents);
		}
		subscriptionListener.ifUnique(builder::subscriptionListener);
		return builder.build();
	}

}
