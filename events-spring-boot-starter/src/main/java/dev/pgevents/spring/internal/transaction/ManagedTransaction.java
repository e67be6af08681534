package dev.pgevents.spring.internal.transaction;

import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.jdbc.datasource.JdbcTransactionObjectSupport;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * What is known of a transaction: whose it is, and which connections its manager commits.
 * Confined to the transaction's thread.
 */
final class ManagedTransaction {

	/** Whose a transaction is. */
	enum Kind {

		/** Of the bus's DataSource: its manager commits the connection that is bound. */
		OWN,

		/** Of a manager of connections of another DataSource, or of something else. */
		OTHER,

		/**
		 * Of several resources: their connections may be prepared, which PostgreSQL
		 * refuses to those that have notified.
		 */
		JTA,

		/** Its begin was not observed: even its end may be somewhere else. */
		UNKNOWN

	}

	private final Kind kind;

	private final @Nullable ConnectionHolder committed;

	private final Set<ConnectionHolder> boundBefore;

	private final @Nullable TransactionStatus status;

	private ManagedTransaction(Kind kind, @Nullable ConnectionHolder committed, Set<ConnectionHolder> boundBefore,
			@Nullable TransactionStatus status) {
		this.kind = kind;
		this.committed = committed;
		this.boundBefore = boundBefore;
		this.status = status;
	}

	/**
	 * Describes a transaction that has just begun on the current thread.
	 * @param status the transaction
	 * @param bound the connection of the bus's DataSource that is bound, maybe since an
	 * outer transaction
	 * @return what is known of it
	 */
	static ManagedTransaction begun(DefaultTransactionStatus status, @Nullable ConnectionHolder bound) {
		Object transaction = status.hasTransaction() ? status.getTransaction() : null;
		if (transaction instanceof JdbcTransactionObjectSupport jdbc && jdbc.hasConnectionHolder()) {
			ConnectionHolder committed = jdbc.getConnectionHolder();
			return new ManagedTransaction((committed == bound) ? Kind.OWN : Kind.OTHER, committed, Set.of(), status);
		}
		return new ManagedTransaction(isJta(transaction) ? Kind.JTA : Kind.OTHER, null, boundHolders(), null);
	}

	/** Describes a transaction whose begin was not observed. */
	static ManagedTransaction unknown() {
		return new ManagedTransaction(Kind.UNKNOWN, null, Set.of(), null);
	}

	/** By name: its class needs those of JTA. */
	private static boolean isJta(@Nullable Object transaction) {
		return transaction != null
				&& transaction.getClass().getName().equals("org.springframework.transaction.jta.JtaTransactionObject");
	}

	Kind kind() {
		return this.kind;
	}

	/** The one connection that the manager commits, if that is how it works. */
	@Nullable ConnectionHolder committed() {
		return this.committed;
	}

	/**
	 * Has what is still to be written sent to the database: an entity manager's changes,
	 * except for a read-only transaction, which is not to write any.
	 */
	void flush() {
		if (this.status != null && !isReadOnly()) {
			this.status.flush();
		}
	}

	/** Whether nothing may be written in it. */
	boolean isReadOnly() {
		return this.status != null && this.status.isReadOnly();
	}

	/** Whether it is known that a commit will be none. */
	boolean hasFailed() {
		if (this.committed != null) {
			return FailedTransaction.isIn(this.committed.getConnection());
		}
		return boundHolders().stream()
			.filter((holder) -> !this.boundBefore.contains(holder))
			.anyMatch((holder) -> FailedTransaction.isIn(holder.getConnection()));
	}

	private static Set<ConnectionHolder> boundHolders() {
		Collection<Object> bound = TransactionSynchronizationManager.getResourceMap().values();
		Set<ConnectionHolder> holders = Collections.newSetFromMap(new IdentityHashMap<>());
		bound.stream()
			.filter(ConnectionHolder.class::isInstance)
			.map(ConnectionHolder.class::cast)
			.filter(BoundConnection::isThere)
			.forEach(holders::add);
		return holders;
	}

}
