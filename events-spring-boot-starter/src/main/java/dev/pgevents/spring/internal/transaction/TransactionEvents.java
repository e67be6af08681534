package dev.pgevents.spring.internal.transaction;

import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;

import dev.pgevents.EncodedEvent;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.core.Ordered;
import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.support.TransactionSynchronization;

/**
 * What is published in one transaction, and how far that transaction has come. Comes
 * first among the transaction's synchronizations, so that nobody publishes after the
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

	private final @Nullable ConnectionHolder holder;

	private final List<EncodedEvent> beforeCommit = new ArrayList<>();

	private final List<EncodedEvent> afterCommit = new ArrayList<>();

	private final IdentityHashMap<Object, Mark> marks = new IdentityHashMap<>();

	private Phase phase = Phase.COLLECTING;

	/**
	 * Begins to follow a transaction.
	 * @param transport how events leave
	 * @param holder holds the transaction's connection to PostgreSQL; null if the
	 * transaction is of something else
	 */
	TransactionEvents(EventTransport transport, @Nullable ConnectionHolder holder) {
		this.transport = transport;
		this.holder = holder;
	}

	Phase phase() {
		return this.phase;
	}

	boolean isOf(EventTransport transport) {
		return this.transport == transport;
	}

	boolean isOf(BoundConnection connection) {
		return this.holder == connection.holder();
	}

	/** Holds events that leave with the commit. */
	void addBeforeCommit(List<EncodedEvent> events) {
		this.beforeCommit.addAll(events);
	}

	/** Holds events that leave after the commit. */
	void addAfterCommit(List<EncodedEvent> events) {
		this.afterCommit.addAll(events);
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

	@Override
	public void afterCommit() {
		this.phase = Phase.COMMITTED;
		if (!this.afterCommit.isEmpty()) {
			this.transport.sendSoon(List.copyOf(this.afterCommit));
		}
	}

	/** What was added too late for a call of {@link #afterCommit()} must not be lost. */
	@Override
	public void afterCompletion(int status) {
		if (status == STATUS_COMMITTED && this.phase != Phase.COMMITTED) {
			afterCommit();
		}
		else if (status == STATUS_UNKNOWN && !this.afterCommit.isEmpty()) {
			logger.warn("{} events were not published: whether their transaction has committed is not known",
					this.afterCommit.size());
		}
	}

	private static void truncate(List<EncodedEvent> events, int size) {
		if (size < events.size()) {
			events.subList(size, events.size()).clear();
		}
	}

	/** How many events there were at a savepoint. */
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
			TransactionEvents.this.phase = Phase.FLUSHED;
			ConnectionHolder bound = TransactionEvents.this.holder;
			if (bound != null && !TransactionEvents.this.beforeCommit.isEmpty()) {
				TransactionEvents.this.transport.sendEncoded(bound.getConnection(),
						TransactionEvents.this.beforeCommit);
			}
		}

	}

}
