package dev.pgevents.spring.autoconfigure;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.beans.factory.ListableBeanFactory;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.transaction.ReactiveTransactionManager;

/**
 * Says at start that {@code Publisher} knows nothing of reactive transactions, where
 * there may be some: an event of one that is rolled back would be delivered without a
 * word.
 */
class ReactiveTransactionManagers implements SmartInitializingSingleton {

	private static final Logger logger = LoggerFactory.getLogger(ReactiveTransactionManagers.class);

	private final ListableBeanFactory beans;

	ReactiveTransactionManagers(ListableBeanFactory beans) {
		this.beans = beans;
	}

	@Override
	public void afterSingletonsInstantiated() {
		String[] names = this.beans.getBeanNamesForType(ReactiveTransactionManager.class, true, false);
		if (names.length > 0) {
			logger.warn("Transactions of {} are reactive: what Publisher and DomainEventPublisher publish in them does "
					+ "not join them, leaves at once, and is delivered even if they roll back. Publish with "
					+ "ReactivePublisher there, after whose commit events leave", String.join(", ", names));
		}
	}

}
