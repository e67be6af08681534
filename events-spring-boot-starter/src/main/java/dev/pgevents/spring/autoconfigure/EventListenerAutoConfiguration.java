package dev.pgevents.spring.autoconfigure;

import java.util.Set;

import dev.pgevents.EventBus;
import dev.pgevents.EventErrorHandler;
import dev.pgevents.PayloadCodec;
import dev.pgevents.Subscriber;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.spring.DomainEventInterceptor;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.EventsConfigurationException;
import dev.pgevents.spring.PayloadUpcaster;
import dev.pgevents.spring.internal.handling.Surroundings;
import dev.pgevents.spring.internal.listener.AcceptedEvents;
import dev.pgevents.spring.internal.listener.ApplicationEventBridge;
import dev.pgevents.spring.internal.listener.BusLifecycle;
import dev.pgevents.spring.internal.listener.ContextEvents;
import dev.pgevents.spring.internal.listener.DomainEventListenerFactory;
import dev.pgevents.spring.internal.listener.EndpointContainer;
import dev.pgevents.spring.internal.observation.EventObserver;
import dev.pgevents.spring.internal.observation.HandlerTiming;
import dev.pgevents.spring.internal.observation.TimedObserver;
import dev.pgevents.spring.internal.payload.PayloadClasses;
import dev.pgevents.spring.internal.payload.PayloadReading;
import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.SearchStrategy;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.support.AbstractApplicationContext;
import org.springframework.core.task.TaskDecorator;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.support.TransactionOperations;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Auto-configuration of what calls annotated methods.
 *
 * @since 0.1
 */
@AutoConfiguration(after = EventsAutoConfiguration.class)
public final class EventListenerAutoConfiguration {

	/** Where no initializer has registered it. */
	@Bean(DomainEventListenerFactory.BEAN_NAME)
	@ConditionalOnMissingBean(search = SearchStrategy.CURRENT)
	static DomainEventListenerFactory domainEventListenerFactory(ListableBeanFactory beans) {
		return new DomainEventListenerFactory(beans);
	}

	@Configuration(proxyBeanMethods = false)
	@ConditionalOnEvents
	static class ContainerConfiguration {

		/**
		 * One for each context, since it starts and stops, and its beans live, with it.
		 */
		@Bean
		@ConditionalOnMissingBean(value = DomainEventListenerContainer.class, search = SearchStrategy.CURRENT)
		EndpointContainer domainEventListenerContainer(Subscriber subscriber, ConfigurableListableBeanFactory beans,
				EventsProperties properties, AbstractApplicationContext context,
				ObjectProvider<PlatformTransactionManager> transactionManager, ObjectProvider<EventObserver> observers,
				ObjectProvider<HandlerTiming> timing, ObjectProvider<PayloadCodec> codec,
				ObjectProvider<DomainEventInterceptor> interceptors, ObjectProvider<TaskDecorator> decorators,
				ObjectProvider<EventErrorHandler> errorHandler, ObjectProvider<PayloadUpcaster> upcasters,
				BusLifecycle bus, EventBus eventBus) {
			SubscriptionOptions defaults = defaults(properties.listener(), errorHandler);
			EventObserver observer = new Surroundings(
					timed(observers.getIfUnique(() -> EventObserver.NONE), timing.getIfUnique()),
					OrderedBeans.of(interceptors), OrderedBeans.of(decorators));
			PayloadReading reading = new PayloadReading(PayloadConfiguration.codecOf(eventBus, codec),
					new PayloadClasses(context), OrderedBeans.of(upcasters));
			ApplicationEventBridge bridge = new ApplicationEventBridge(new AcceptedEvents(context, reading),
					ContextEvents.of(context, properties.applicationEvents().transactional()),
					filter(properties.applicationEvents()), defaults,
					transaction(properties.applicationEvents(), transactionManager), observer);
			return new EndpointContainer(subscriber, beans, defaults, properties.listener().autoStartup(),
					properties.listener().shutdownTimeout(), bridge, observer, reading, bus);
		}

		private static EventObserver timed(EventObserver observer, @Nullable HandlerTiming timing) {
			return (timing != null) ? new TimedObserver(observer, timing) : observer;
		}

		private static SubscriptionOptions defaults(EventsProperties.Listener listener,
				ObjectProvider<EventErrorHandler> errorHandler) {
			SubscriptionOptions.Builder options = SubscriptionOptions.builder()
				.overflow(listener.overflow())
				.errorHandler(errorHandler.getIfUnique());
			PropertyCheck check = new PropertyCheck();
			try {
				check.next("events.listener.buffer-size");
				options.bufferSize(listener.bufferSize());
				check.next("events.listener.concurrency");
				return options.concurrency(listener.concurrency()).build();
			}
			catch (IllegalArgumentException ex) {
				throw check.refused(ex);
			}
		}

		private static @Nullable SubscriptionFilter filter(EventsProperties.ApplicationEvents applicationEvents) {
			checkTypes(applicationEvents.types());
			return applicationEvents.enabled()
					? new SubscriptionFilter(applicationEvents.types(), applicationEvents.apps()) : null;
		}

		private static void checkTypes(Set<String> types) {
			PropertyCheck check = new PropertyCheck();
			check.next("events.application-events.types");
			try {
				new SubscriptionFilter(types, Set.of());
			}
			catch (IllegalArgumentException ex) {
				throw check.refused(ex);
			}
		}

		private static @Nullable TransactionOperations transaction(EventsProperties.ApplicationEvents applicationEvents,
				ObjectProvider<PlatformTransactionManager> transactionManager) {
			if (!applicationEvents.transactional()) {
				return null;
			}
			PlatformTransactionManager unique = transactionManager.getIfUnique();
			if (unique == null) {
				throw new EventsConfigurationException(
						"events.application-events.transactional=true needs a transaction manager, and there is none, "
								+ "or no telling which",
						"Let there be one PlatformTransactionManager bean, or mark one with @Primary.");
			}
			return new TransactionTemplate(unique);
		}

	}

}
