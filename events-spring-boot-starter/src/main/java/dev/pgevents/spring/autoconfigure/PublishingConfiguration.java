package dev.pgevents.spring.autoconfigure;

import dev.pgevents.EventBus;
import dev.pgevents.PayloadCodec;
import dev.pgevents.Publisher;
import dev.pgevents.Subscriber;
import dev.pgevents.spring.DomainEventInterceptor;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.internal.handling.EchoRefusingPublisher;
import dev.pgevents.spring.internal.handling.InterceptedPublisher;
import dev.pgevents.spring.internal.listener.BusLifecycle;
import dev.pgevents.spring.internal.externalization.ExternalizingListener;
import dev.pgevents.spring.internal.observation.EventObserver;
import dev.pgevents.spring.internal.transaction.GroupTransactions;
import dev.pgevents.spring.internal.transaction.TransactionalPublisher;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Lazy;
import org.springframework.context.annotation.Primary;

/**
 * What applications inject, and what the bus passes on to them. The bus is itself a
 * publisher and a subscriber: where one of those is asked for, these come first.
 */
@Configuration(proxyBeanMethods = false)
class PublishingConfiguration {

	@Bean
	ApplicationDataSource eventsDataSource(ListableBeanFactory beans) {
		return new ApplicationDataSource(beans);
	}

	@Bean
	BusApplicationEvents busApplicationEvents(ApplicationEventPublisher publisher) {
		return new BusApplicationEvents(publisher);
	}

	@Bean
	@ConditionalOnMissingBean
	BusLifecycle eventsBusLifecycle(EventBus bus, ApplicationContext context) {
		return new BusLifecycle(bus, context);
	}

	@Bean
	@Primary
	@ConditionalOnMissingBean(value = Publisher.class, ignored = EventBus.class)
	Publisher domainPublisher(EventBus bus, ApplicationDataSource dataSource, EventsProperties properties,
			TransactionBegins transactionBegins, ObjectProvider<EventObserver> observer,
			ObjectProvider<DomainEventInterceptor> interceptors, ObjectProvider<PayloadCodec> codec) {
		TransactionalPublisher publisher = new TransactionalPublisher(bus, dataSource.optional(),
				properties.publisher().mode());
		transactionBegins.addPublisher(publisher::onBegin);
		Publisher observed = observer.getIfUnique(() -> EventObserver.NONE).observed(publisher);
		return new EchoRefusingPublisher(new InterceptedPublisher(observed, OrderedBeans.of(interceptors)),
				PayloadConfiguration.codecOf(bus, codec));
	}

	@Bean
	@Lazy(false)
	@ConditionalOnMissingBean
	GroupTransactions eventsGroupTransactions(EventBus bus, ApplicationDataSource dataSource,
			TransactionBegins transactionBegins) {
		GroupTransactions transactions = new GroupTransactions(bus, dataSource.optional());
		transactionBegins.addGroups(transactions::onBegin);
		return transactions;
	}

	@Bean
	@Lazy(false)
	@ConditionalOnMissingBean
	EventLogStart eventsLogStart(EventBus bus) {
		return new EventLogStart(bus);
	}

	@Bean
	static TransactionBegins eventsTransactionBegins() {
		return new TransactionBegins();
	}

	@Bean
	@Primary
	@ConditionalOnMissingBean(value = Subscriber.class, ignored = EventBus.class)
	Subscriber domainSubscriber(EventBus bus) {
		return new BusSubscriber(bus);
	}

	@Bean
	@ConditionalOnMissingBean // in no parent, which hears of a child's events
	static ExternalizingListener eventsExternalizingListener(ObjectProvider<DomainEventPublisher> publisher) {
		return new ExternalizingListener(publisher);
	}

	@Bean
	@ConditionalOnMissingBean(value = DomainEventPublisher.class, name = "domainEventPublisher")
	DomainEventPublisher domainEventPublisher(Publisher publisher) {
		return new AnnotatedPayloadPublisher(publisher);
	}

	/** Where the application has something else of that name, which is a common one. */
	@Bean("pgeventsDomainEventPublisher")
	@ConditionalOnMissingBean(DomainEventPublisher.class)
	DomainEventPublisher domainEventPublisherOfAnotherName(Publisher publisher) {
		return new AnnotatedPayloadPublisher(publisher);
	}

}
