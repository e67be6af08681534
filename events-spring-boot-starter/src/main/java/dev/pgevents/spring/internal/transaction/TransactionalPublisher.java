package dev.pgevents.spring.internal.transaction;

import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import javax.sql.DataSource;

import dev.pgevents.EncodedEvent;
import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.PublishException;
import dev.pgevents.PublishException.Outcome;
import dev.pgevents.spring.PublishMode;
import dev.pgevents.spring.internal.observation.HoldingPublisher;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.lookup.AbstractRoutingDataSource;
import org.springframework.transaction.TransactionExecution;

/**
 * Publishes in the transaction of the calling thread, as the {@link PublishMode} says,
 * and through the bus where there is none. Encodes and checks events at the call,
 * whenever they leave. Thread-safe.
 *
 * <p>
 * "In a transaction" means that of Spring's which is innermost on the thread. Events join
 * it where its manager commits a connection of the DataSource that leads to the bus's
 * database. In any other they leave after its commit, and at once where there is none,
 * whatever connection is bound.
 *
 * <p>
 * Its {@link #onBegin} has to be called when transactions begin: only then it is known
 * who commits which connection.
 *
 * @since 0.1
 */
public final class TransactionalPublisher implements HoldingPublisher {

	private static final Logger logger = LoggerFactory.getLogger(TransactionalPublisher.class);

	private static final CompletableFuture<Boolean> PUBLISHED = CompletableFuture.completedFuture(true);

	private final EventBus bus;

	private final EventTransport transport;

	private final TransactionTracker transactions;

	private final PublishMode mode;

	private final Reason.Told told = new Reason.Told(logger);

	/**
	 * Publishes through a bus.
	 * @param bus where events go
	 * @param dataSource whose transactions events join, or null if none
	 * @param mode when events leave
	 */
	public TransactionalPublisher(EventBus bus, @Nullable DataSource dataSource, PublishMode mode) {
		this.bus = Objects.requireNonNull(bus, "bus");
		this.transport = new EventTransport(bus, isRouting(dataSource));
		this.transactions = new TransactionTracker(this.transport, dataSource, this.told);
		this.mode = Objects.requireNonNull(mode, "mode");
	}

	private static boolean isRouting(@Nullable DataSource dataSource) {
		DataSource target = dataSource;
		while (target instanceof DelegatingDataSource delegating) {
			target = delegating.getTargetDataSource();
		}
		return target instanceof AbstractRoutingDataSource;
	}

	@Override
	public void publish(Event event) {
		publishAll(List.of(event));
	}

	@Override
	public void publishAll(Collection<Event> events) {
		publishOrHold(events);
	}

	@Override
	public CompletableFuture<Boolean> publishOrHold(Collection<Event> events) {
		if (this.mode == PublishMode.IMMEDIATE || events.isEmpty()) {
			this.bus.publishAll(events);
			return PUBLISHED;
		}
		Departure departure = this.transactions.departure(this.mode);
		if (departure.reason() != null) {
			this.told.logOnce(departure.reason());
		}
		return send(events, departure);
	}

	private CompletableFuture<Boolean> send(Collection<Event> events, Departure departure) {
		return switch (departure.way()) {
			case AT_ONCE -> {
				this.transport.send(events);
				yield PUBLISHED;
			}
			case ON_CONNECTION -> {
				send(events, Objects.requireNonNull(departure.connection()));
				yield PUBLISHED;
			}
			case WITH_COMMIT ->
				Objects.requireNonNull(departure.transaction()).addBeforeCommit(this.transport.encode(events));
			case AFTER_COMMIT ->
				addAfterCommit(Objects.requireNonNull(departure.transaction()), this.transport.encode(events));
		};
	}

	private CompletableFuture<Boolean> addAfterCommit(TransactionEvents transaction, List<EncodedEvent> events) {
		if (transaction.kind() == ManagedTransaction.Kind.JTA && this.transport.anyIsRecorded(events)) {
			throw new PublishException(Outcome.NOT_PUBLISHED, "not published: " + events.get(0).event().type()
					+ " is recorded in the event log, which cannot take part in a transaction of JTA: PostgreSQL "
					+ "prepares no transaction that has notified. Publish it in a transaction of the events' "
					+ "DataSource alone, or after the commit; or leave its type out (events.log.types, or "
					+ "@DomainEvent(durable = Durability.NEVER)), so that it leaves after the commit", null);
		}
		return transaction.addAfterCommit(events);
	}

	private void send(Collection<Event> events, Connection connection) {
		if (this.transport.reachesBusOn(connection)) {
			this.transport.send(connection, events);
		}
		else {
			this.told.logOnce(Reason.OTHER_DATABASE);
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
		this.transactions.onBegin(transaction);
	}

}
