package dev.pgevents.spring.internal.transaction;

import java.sql.Connection;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import dev.pgevents.EncodedEvent;
import dev.pgevents.PublishException;
import dev.pgevents.PublishException.Outcome;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.Ordered;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.support.TransactionSynchronization;

/**
 * What is published in one transaction, and how far that transaction has come. Comes
 * first among the transaction's synchronizations, so that nothing is published after the
 * commit without it knowing; {@link Flush} comes last, so that nearly all events leave in
 * one statement. Confined to the transaction's thread.
 */
final class TransactionEvents implements TransactionSynchronization {

	private static final Logger logger = LoggerFactory.getLogger(TransactionEvents.class);

	/** How far the transaction has come. */
	enum Phase {

		/** Events are held. */
		COLLECTING,

		/** Held events were sent on the connection, which has not committed yet. */
		FLUSHED,

		/** Committed: what is published now needs no transaction. */
		COMMITTED

	}

	private final EventTransport transport;

	private final ManagedTransaction transaction;

	private final Reason.Told told;

	/** What leaves with the commit, or has been sent on its connection. */
	private final List<HeldEvents> beforeCommit = new ArrayList<>();

	private final List<HeldEvents> afterCommit = new ArrayList<>();

	private final IdentityHashMap<Object, Mark> marks = new IdentityHashMap<>();

	private Phase phase = Phase.COLLECTING;

	private boolean failed;

	/**
	 * Begins to follow a transaction.
	 * @param transport how events leave
	 * @param transaction what is known of it
	 * @param told what was logged already
	 */
	TransactionEvents(EventTransport transport, ManagedTransaction transaction, Reason.Told told) {
		this.transport = transport;
		this.transaction = transaction;
		this.told = told;
	}

	Phase phase() {
		return this.phase;
	}

	ManagedTransaction.Kind kind() {
		return this.transaction.kind();
	}

	/** The connection that is committed, if it is of the bus's DataSource. */
	@Nullable ConnectionHolder own() {
		return (kind() == ManagedTransaction.Kind.OWN) ? this.transaction.committed() : null;
	}

	boolean isOf(EventTransport transport) {
		return this.transport == transport;
	}

	/** Has events leave with the commit. */
	CompletableFuture<Boolean> addBeforeCommit(List<EncodedEvent> events) {
		HeldEvents held = new HeldEvents(events);
		if (this.phase == Phase.COLLECTING) {
			this.beforeCommit.add(held);
		}
		else {
			sendBeforeCommit(List.of(held));
		}
		return held.published();
	}

	/** Has events leave after the commit. */
	CompletableFuture<Boolean> addAfterCommit(List<EncodedEvent> events) {
		HeldEvents held = new HeldEvents(events);
		this.afterCommit.addAll((this.phase == Phase.FLUSHED) ? recorded(List.of(held)) : List.of(held));
		return held.published();
	}

	@Override
	public int getOrder() {
		return Ordered.HIGHEST_PRECEDENCE;
	}

	@Override
	public void savepoint(Object savepoint) {
		this.marks.put(savepoint, new Mark(this.beforeCommit.size(), this.afterCommit.size()));
	}

	@Override
	public void savepointRollback(Object savepoint) {
		Mark mark = this.marks.getOrDefault(savepoint, Mark.START);
		truncate(this.beforeCommit, mark.beforeCommit());
		truncate(this.afterCommit, mark.afterCommit());
	}

	/** Something may have failed since it was asked before the commit. */
	@Override
	public void beforeCompletion() {
		this.failed = !this.afterCommit.isEmpty() && this.transaction.hasFailed();
	}

	/**
	 * Of a transaction that was begun elsewhere, it is its part here that has ended.
	 */
	@Override
	public void afterCommit() {
		if (kind() != ManagedTransaction.Kind.UNKNOWN) {
			committed();
		}
	}

	/** What was added too late for a call of {@link #afterCommit()} must not be lost. */
	@Override
	public void afterCompletion(int status) {
		if (status == STATUS_COMMITTED) {
			if (this.phase != Phase.COMMITTED) {
				committed();
			}
			return;
		}
		if (status == STATUS_UNKNOWN && !this.afterCommit.isEmpty()) {
			logger.warn("{} events were not published: whether their transaction has committed is not known",
					HeldEvents.count(this.afterCommit));
		}
		this.beforeCommit.forEach((held) -> held.end(false));
		this.afterCommit.forEach((held) -> held.end(false));
	}

	private void committed() {
		this.phase = Phase.COMMITTED;
		this.beforeCommit.forEach((held) -> held.end(true));
		if (this.failed) {
			logger.warn("{} events were not published: PostgreSQL has rolled their transaction back instead of "
					+ "committing it, since a statement of it had failed", HeldEvents.count(this.afterCommit));
			this.afterCommit.forEach((held) -> held.end(false));
		}
		else if (!this.afterCommit.isEmpty()) {
			List<HeldEvents> leaving = List.copyOf(this.afterCommit);
			this.transport.sendSoon(HeldEvents.all(leaving))
				.whenComplete((none, failure) -> leaving.forEach((held) -> held.end(failure)));
		}
	}

	private void sendHeld() {
		refuseWhereFailed();
		if (this.transport.anyIsRecorded(HeldEvents.all(this.beforeCommit))
				|| this.transport.anyIsRecorded(HeldEvents.all(this.afterCommit))) {
			// Recording locks partitions until the commit. What this transaction locked
			// after that could be held by another one, which waits for the partition; and
			// an entity manager writes as late as it can.
			this.transaction.flush();
		}
		this.phase = Phase.FLUSHED;
		if (!this.beforeCommit.isEmpty()) {
			List<HeldEvents> leaving = List.copyOf(this.beforeCommit);
			this.beforeCommit.clear();
			sendBeforeCommit(leaving);
		}
		List<HeldEvents> later = recorded(this.afterCommit);
		this.afterCommit.clear();
		this.afterCommit.addAll(later);
	}

	private void refuseWhereFailed() {
		boolean none = this.beforeCommit.isEmpty() && this.afterCommit.isEmpty();
		if (!none && this.transaction.hasFailed()) {
			throw new PublishException(Outcome.NOT_PUBLISHED, "not published: a statement of the transaction has "
					+ "failed, so that PostgreSQL rolls it back where it is to be committed. Let the exception of "
					+ "that statement end the transaction, or run the statement in a nested one (a savepoint)", null);
		}
	}

	/** With their rows in the event log, if it is to have them and can. */
	private List<HeldEvents> recorded(List<HeldEvents> held) {
		List<EncodedEvent> events = HeldEvents.all(held);
		ConnectionHolder own = own();
		if (own == null || this.transaction.isReadOnly() || !this.transport.anyIsRecorded(events)
				|| !BoundConnection.awaitsCommit(own) || !this.transport.reachesBusOn(own.getConnection())) {
			return List.copyOf(held);
		}
		return HeldEvents.with(held, this.transport.record(own.getConnection(), events));
	}

	private void sendBeforeCommit(List<HeldEvents> leaving) {
		Connection connection = Objects.requireNonNull(own()).getConnection();
		if (this.transport.reachesBusOn(connection)) {
			this.beforeCommit.addAll(leaving); // which they still may not survive
			this.transport.sendEncoded(connection, HeldEvents.all(leaving));
		}
		else {
			this.told.logOnce(Reason.OTHER_DATABASE);
			this.afterCommit.addAll(leaving);
		}
	}

	private static void truncate(List<HeldEvents> events, int size) {
		if (size < events.size()) {
			List<HeldEvents> dropped = events.subList(size, events.size());
			dropped.forEach((held) -> held.end(false));
			dropped.clear();
		}
	}

	/** How many calls there had been at a savepoint. */
	private record Mark(int beforeCommit, int afterCommit) {

		static final Mark START = new Mark(0, 0);

	}

	/** The last one to be asked before the commit. */
	final class Flush implements TransactionSynchronization {

		@Override
		public int getOrder() {
			return Ordered.LOWEST_PRECEDENCE;
		}

		@Override
		public void beforeCommit(boolean readOnly) {
			sendHeld();
		}

	}

}
