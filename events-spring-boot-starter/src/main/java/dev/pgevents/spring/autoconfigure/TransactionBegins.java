package dev.pgevents.spring.autoconfigure;

import java.util.function.Consumer;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.transaction.ConfigurableTransactionManager;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.TransactionExecutionListener;

/**
 * Notifies the publisher when each transaction begins, whichever transaction manager of
 * the application begins it: Boot adds such listeners to its own transaction managers
 * only. Nothing is looked up for it, since transactions begin while beans are created,
 * too.
 */
class TransactionBegins implements BeanPostProcessor {

	private volatile @Nullable Consumer<TransactionExecution> publisher;

	private volatile @Nullable Consumer<TransactionExecution> groups;

	/** What is notified for the sake of groups. */
	void addGroups(Consumer<TransactionExecution> groups) {
		this.groups = groups;
	}

	/** What is notified; until it is set no event can have been published. */
	void addPublisher(Consumer<TransactionExecution> publisher) {
		this.publisher = publisher;
	}

	@Override
	public Object postProcessBeforeInitialization(Object bean, String beanName) {
		if (bean instanceof ConfigurableTransactionManager transactionManager) {
			transactionManager.addListener(new Begin());
		}
		return bean;
	}

	/** Not a bean, which Boot would add to its transaction managers a second time. */
	private final class Begin implements TransactionExecutionListener {

		@Override
		public void afterBegin(TransactionExecution transaction, @Nullable Throwable beginFailure) {
			if (beginFailure == null) {
				inform(TransactionBegins.this.publisher, transaction);
				inform(TransactionBegins.this.groups, transaction);
			}
		}

		private static void inform(@Nullable Consumer<TransactionExecution> listener,
				TransactionExecution transaction) {
			if (listener != null) {
				listener.accept(transaction);
			}
		}

	}

}
