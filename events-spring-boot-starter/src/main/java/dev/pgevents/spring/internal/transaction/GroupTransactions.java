package dev.pgevents.spring.internal.transaction;

import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.sql.DataSource;

import dev.pgevents.EventBus;
import dev.pgevents.EventLogException;
import dev.pgevents.internal.group.Attempt;
import dev.pgevents.internal.group.GroupBus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.Ordered;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Lets the position of the event that a group's handler method has in hand commit with
 * the transaction of the method: in one statement, before the commit. What cannot be
 * joined, such as a transaction of another DataSource, is left alone: the position is
 * then written after the method has returned, and the event may be handled twice.
 * Thread-safe.
 */
public final class GroupTransactions {

	private static final Logger logger = LoggerFactory.getLogger(GroupTransactions.class);

	/** Set while a transactional method is called and its transaction has not begun. */
	private static final ThreadLocal<Boolean> EXPECTED = new ThreadLocal<>();

	private final EventBus bus;

	private final @Nullable DataSource dataSource;

	private final AtomicBoolean told = new AtomicBoolean();

	/**
	 * Joins transactions of a DataSource.
	 * @param bus the bus with the groups
	 * @param dataSource the application's DataSource, or null if there is none
	 */
	public GroupTransactions(EventBus bus, @Nullable DataSource dataSource) {
		this.bus = bus;
		this.dataSource = dataSource;
	}

	/** A transactional method is going to be called. */
	public static void expect() {
		EXPECTED.set(true);
	}

	/** It has returned. */
	public static void expectNoMore() {
		EXPECTED.remove();
	}

	/**
	 * A transaction has begun, of which the thread has a synchronization if ever it will.
	 * @param transaction the transaction
	 */
	public void onBegin(TransactionExecution transaction) {
		Attempt attempt = Attempt.current();
		if (attempt == null || EXPECTED.get() == null) {
			return;
		}
		EXPECTED.remove();
		GroupBus groups = this.bus.capability(GroupBus.class).orElse(null);
		ConnectionHolder holder = BoundConnection.holder(this.dataSource);
		if (groups == null || !TransactionSynchronizationManager.isSynchronizationActive() || holder == null
				|| !BoundConnection.awaitsCommit(holder)) {
			leftAlone(groups);
			return;
		}
		TransactionSynchronizationManager.registerSynchronization(new Position(groups, attempt, holder));
	}

	private void leftAlone(@Nullable GroupBus groups) {
		if (groups != null && this.told.compareAndSet(false, true)) {
			logger
				.warn("the transaction of a group's handler method is none of the DataSource that events are published "
						+ "through: the group's position does not commit with it, and after a crash an event may be handled "
						+ "twice");
		}
	}

	/**
	 * As late as can be: what other synchronizations do may still fail. What it throws
	 * must be no TransactionException: of those Spring believes that the commit itself
	 * has failed, rolls nothing back, and the connection commits as it goes back to
	 * autocommit (Spring Framework 7.0,
	 * AbstractPlatformTransactionManager.processCommit).
	 */
	private record Position(GroupBus groups, Attempt attempt,
			ConnectionHolder holder) implements TransactionSynchronization, Ordered {

		@Override
		public int getOrder() {
			return Ordered.LOWEST_PRECEDENCE;
		}

		@Override
		public void beforeCommit(boolean readOnly) {
			try {
				if (!this.groups.acknowledge(this.holder.getConnection(), this.attempt)) {
					throw new IllegalStateException(
							"rolled back: " + this.attempt.event() + " of group " + this.attempt.group()
									+ " has been taken over by another instance, or the group was rewound");
				}
			}
			catch (SQLException ex) {
				throw new EventLogException(
						"rolled back: the position of group " + this.attempt.group() + " could not be written", ex);
			}
		}

		@Override
		public void afterCompletion(int status) {
			if (status == STATUS_COMMITTED) {
				this.attempt.committed();
			}
			else if (status == STATUS_ROLLED_BACK) {
				this.attempt.rolledBack();
			}
		}

	}

}
