package dev.pgevents.spring.internal.transaction;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.sql.DataSource;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.Publisher;
import dev.pgevents.spring.PublishMode;
import dev.pgevents.spring.internal.transaction.TransactionEvents.Phase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.jdbc.datasource.ConnectionHolder;
import org.springframework.transaction.TransactionExecution;
import org.springframework.transaction.support.DefaultTransactionStatus;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

/**
 * Publishes in the transaction of the calling thread, as the {@link PublishMode} says,
 * and through the bus where there is none. Encodes and checks events at the call,
 * whenever they leave. Thread-safe.
 *
 * <p>
 * "In a transaction" means: a connection of the DataSource is bound to the thread and not
 * in autocommit. For what Spring calls where, see its
 * {@code AbstractPlatformTransactionManager}: after the synchronizations have been told
 * of the completion, the connection is still bound, and synchronization no longer active.
 *
 * <p>
 * It has to be {@linkplain #onBegin told} of transactions when they begin: a
 * synchronization that registers later, from within {@code beforeCommit} or
 * {@code afterCommit}, is not called. In a transaction that it was not told of, events go
 * out at once on the transaction's connection.
 *
 * @since 0.1
 */
public final class TransactionalPublisher implements Publisher {

	private static final Logger logger = LoggerFactory.getLogger(TransactionalPublisher.class);

	private final EventBus bus;

	private final EventTransport transport;

	private final @Nullable DataSource dataSource;

	private final PublishMode mode;

	private final AtomicBoolean foreignTransactionSeen = new AtomicBoolean();

	/**
	 * Publishes through a bus.
	 * @param bus where events go
	 * @param dataSource whose transactions events join, or null if none
	 * @param mode when events leave
	 */
	public TransactionalPublisher(EventBus bus, @Nullable DataSource dataSource, PublishMode mode) {
		this.bus = Objects.requireNonNull(bus, "bus");
		this.transport = new EventTransport(bus);
		this.dataSource = dataSource;
		this.mode = Objects.requireNonNull(mode, "mode");
	}

	@Override
	public void publish(Event event) {
		publishAll(List.of(event));
	}

	@Override
	public void publishAll(Collection<Event> events) {
		if (this.mode == PublishMode.IMMEDIATE || events.isEmpty()) {
			this.bus.publishAll(events);
			return;
		}
		BoundConnection connection = connectionInTransaction();
		TransactionEvents current = current();
		if (current != null && current.phase() == Phase.COMMITTED && isSameTransaction(current, connection)) {
			this.transport.send(events);
		}
		else if (connection != null) {
			join(connection, current, events);
		}
		else if (TransactionSynchronizationManager.isSynchronizationActive()
				&& TransactionSynchronizationManager.isActualTransactionActive()) {
			follow((current != null) ? current : register(null), events);
		}
		else {
			this.transport.send(events);
		}
	}

	@Override
	public CompletableFuture<Void> publishAsync(Event event) {
		return this.bus.publishAsync(event);
	}

	/**
	 * Follows a transaction that has just begun on the current thread.
	 * @param transaction the transaction
	 */
	public void onBegin(TransactionExecution transaction) {
		if (transaction instanceof DefaultTransactionStatus status && status.isNewSynchronization()) {
			register(BoundConnection.holder(this.dataSource));
		}
	}

	private static boolean isSameTransaction(TransactionEvents current, @Nullable BoundConnection connection) {
		return connection == null || current.isOf(connection);
	}

	/** Publishes in the transaction of a connection. */
	private void join(BoundConnection connection, @Nullable TransactionEvents current, Collection<Event> events) {
		if (current == null || !current.isOf(connection)) {
			// Nobody will tell when this one commits.
			this.transport.send(connection.connection(), events);
		}
		else if (this.mode == PublishMode.AFTER_COMMIT) {
			current.addAfterCommit(this.transport.encode(events));
		}
		else if (current.phase() == Phase.COLLECTING) {
			current.addBeforeCommit(this.transport.encode(events));
		}
		else {
			this.transport.send(connection.connection(), events);
		}
	}

	/** Publishes after the commit of a transaction of something else. */
	private void follow(TransactionEvents current, Collection<Event> events) {
		if (this.transport.canJoin() && this.mode == PublishMode.TRANSACTIONAL
				&& this.foreignTransactionSeen.compareAndSet(false, true)) {
			logger.info("events are being published in a transaction that is not of the bus's DataSource: they leave "
					+ "after its commit, and are lost if the process dies in between");
		}
		current.addAfterCommit(this.transport.encode(events));
	}

	private @Nullable BoundConnection connectionInTransaction() {
		boolean completed = TransactionSynchronizationManager.isActualTransactionActive()
				&& !TransactionSynchronizationManager.isSynchronizationActive();
		return (completed || !this.transport.canJoin()) ? null : BoundConnection.current(this.dataSource);
	}

	private TransactionEvents register(@Nullable ConnectionHolder holder) {
		TransactionEvents events = new TransactionEvents(this.transport, holder);
		TransactionSynchronizationManager.registerSynchronization(events);
		TransactionSynchronizationManager.registerSynchronization(events.new Flush());
		return events;
	}

	private @Nullable TransactionEvents current() {
		if (!TransactionSynchronizationManager.isSynchronizationActive()) {
			return null;
		}
		for (TransactionSynchronization each : TransactionSynchronizationManager.getSynchronizations()) {
			if (each instanceof TransactionEvents events && events.isOf(this.transport)) {
				return events;
			}
		}
		return null;
	}

}
