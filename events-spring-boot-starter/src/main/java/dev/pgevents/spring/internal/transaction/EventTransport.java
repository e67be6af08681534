package dev.pgevents.spring.internal.transaction;

import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.Publisher;
import dev.pgevents.memory.InMemoryEventBus;
import dev.pgevents.postgres.PostgresEventBus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ways events leave: through the bus, or on a connection of the caller's, which only
 * the PostgreSQL bus has.
 */
final class EventTransport {

	private static final Logger logger = LoggerFactory.getLogger(EventTransport.class);

	private final AtomicLong failures = new AtomicLong();

	private final EventBus bus;

	private final @Nullable PostgresEventBus postgres;

	EventTransport(EventBus bus) {
		this.bus = bus;
		this.postgres = (bus instanceof PostgresEventBus postgresBus) ? postgresBus : null;
	}

	/** Whether events can join a transaction of PostgreSQL. */
	boolean canJoin() {
		return this.postgres != null;
	}

	/** An event as it is now, whatever becomes of its payload until it leaves. */
	Event encode(Event event) {
		if (this.postgres != null) {
			return this.postgres.encode(event);
		}
		return (this.bus instanceof InMemoryEventBus memory) ? memory.encode(event) : event;
	}

	/** Publishes at once, outside of any transaction. */
	void send(Collection<Event> events) {
		this.bus.publishAll(events);
	}

	/**
	 * Publishes outside of any transaction, without waiting and without failing: a caller
	 * whose transaction has committed can do nothing about it any more.
	 */
	void sendSoon(List<Event> events) {
		try {
			sending(events).whenComplete((none, failure) -> {
				if (failure != null) {
					logFailure(events.size(), failure);
				}
			});
		}
		catch (RuntimeException ex) {
			logFailure(events.size(), ex);
		}
	}

	private CompletableFuture<Void> sending(List<Event> events) {
		if (this.postgres != null) {
			return this.postgres.publishAllAsync(events);
		}
		this.bus.publishAll(events);
		return CompletableFuture.completedFuture(null);
	}

	private void logFailure(int count, Throwable failure) {
		long failures = this.failures.incrementAndGet();
		if (failures == 1) {
			logger.error("{} events of a transaction that has committed were not published, or may not have been",
					count, failure);
		}
		else if (Long.bitCount(failures) == 1) {
			logger.error("{} events of a transaction that has committed were not published, or may not have been: {}; "
					+ "it happened {} times by now", count, String.valueOf(failure), failures);
		}
		else {
			logger.debug("{} events of a transaction that has committed were not published", count, failure);
		}
	}

	/** Publishes in the transaction of a connection. */
	void send(Connection connection, Collection<Event> events) {
		if (this.postgres == null) {
			throw new IllegalStateException("the bus cannot join a transaction");
		}
		Publisher publisher = this.postgres.publisher(connection);
		publisher.publishAll(events);
	}

}
