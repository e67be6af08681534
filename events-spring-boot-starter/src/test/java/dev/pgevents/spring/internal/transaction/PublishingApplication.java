package dev.pgevents.spring.internal.transaction;

import java.util.function.Consumer;

import javax.sql.DataSource;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventType;
import dev.pgevents.Publisher;

import org.springframework.context.ApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * An application under test: what it publishes, in which transactions, and what arrives.
 */
record PublishingApplication(ApplicationContext context, Publisher publisher, Received received) {

	static final EventType TYPE = EventType.of("epoch.closed");

	static void with(ApplicationContext context, Consumer<PublishingApplication> test) {
		try (Received received = new Received(context.getBean("domainEventBus", EventBus.class))) {
			test.accept(new PublishingApplication(context, context.getBean(Publisher.class), received));
		}
	}

	void publish(String appId) {
		this.publisher.publish(Event.of(TYPE, appId, null));
	}

	/** A template for the DataSource that events join. */
	JdbcTemplate jdbc() {
		return new JdbcTemplate(this.context.getBean(DataSource.class));
	}

	void transaction(Consumer<TransactionStatus> action) {
		transaction(TransactionDefinition.PROPAGATION_REQUIRED, action);
	}

	void transaction(int propagation, Consumer<TransactionStatus> action) {
		transaction("transactionManager", propagation, action);
	}

	void transaction(String manager, int propagation, Consumer<TransactionStatus> action) {
		TransactionTemplate template = new TransactionTemplate(
				this.context.getBean(manager, PlatformTransactionManager.class));
		template.setPropagationBehavior(propagation);
		template.executeWithoutResult(action);
	}

}
