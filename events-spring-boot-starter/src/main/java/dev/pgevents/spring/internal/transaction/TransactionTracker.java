package dev.pgevents.spring.internal.transaction;

import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;

import javax.sql.DataSource;

import dev.pgevents.spring.PublishMode;
import org.jspecify.annotations.Nullable;

import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Knows in which transaction the current thread is, and decides how events leave there.
 * The innermost one counts. Thread-safe.
 *
 * <p>
 * For what Spring calls where, see its {@code AbstractPlatformTransactionManager}: there
 * is synchronization without a transaction (propagation {@code SUPPORTS}); a connection
 * stays bound within transactions of something else; after the synchronizations have been
 * called at the completion, it is still bound, and synchronization no longer active.
 */
final class TransactionTracker {

	private final EventTransport transport;

	private final @Nullable DataSource dataSource;

	private final Reason.Told told;

	/** Committed by a manager that calls no synchronizations. */
	private final Set<ConnectionHolder> unsynchronized = Collections
		.newSetFromMap(Collections.synchronizedMap(new WeakHashMap<>()));

	TransactionTracker(EventTransport transport, @Nullable DataSource dataSource, Reason.Told told) {
		this.transport = transport;
		this.dataSource = dataSource;
		this.told = told;
	}

	/** Follows a transaction that has just begun on the current thread. */
	void onBegin(TransactionExecution execution) {
		if (!(execution instanceof DefaultTransactionStatus status)) {
			return;
		}
		if (status.isNewSynchronization()) {
			follow(ManagedTransaction.begun(status, BoundConnection.holder(this.dataSource)));
		}
		else if (status.isNewTransaction()) {
			ManagedTransaction transaction = ManagedTransaction.begun(status, BoundConnection.holder(this.dataSource));
			ConnectionHolder committed = transaction.committed();
			if (committed != null && transaction.kind() == ManagedTransaction.Kind.OWN) {
				this.unsynchronized.add(committed);
			}
		}
	}

	/** How events leave that are published on the current thread now. */
	Departure departure(PublishMode mode) {
		boolean synchronization = TransactionSynchronizationManager.isSynchronizationActive();
		if (!TransactionSynchronizationManager.isActualTransactionActive()) {
			return outsideOfTransactions();
		}
		if (!synchronization) {
			return Departure.atOnce(null); // the transaction has completed
		}
		TransactionEvents current = current();
		if (current == null) {
			current = follow(ManagedTransaction.unknown());
		}
		return Departure.in(current, mode, this.transport.canJoin());
	}

	private Departure outsideOfTransactions() {
		if (!this.transport.canJoin()) {
			return Departure.atOnce(null);
		}
		ConnectionHolder holder = BoundConnection.holder(this.dataSource);
		if (holder == null || !BoundConnection.awaitsCommit(holder)) {
			return Departure.atOnce(null);
		}
		return this.unsynchronized.contains(holder) ? Departure.onConnection(holder.getConnection())
				: Departure.atOnce(Reason.NOBODY_COMMITS);
	}

	private TransactionEvents follow(ManagedTransaction transaction) {
		TransactionEvents events = new TransactionEvents(this.transport, transaction, this.told);
		TransactionSynchronizationManager.registerSynchronization(events);
		TransactionSynchronizationManager.registerSynchronization(events.new Flush());
		return events;
	}

	private @Nullable TransactionEvents current() {
		for (TransactionSynchronization each : TransactionSynchronizationManager.getSynchronizations()) {
			if (each instanceof TransactionEvents events && events.isOf(this.transport)) {
				return events;
			}
		}
		return null;
	}

}
