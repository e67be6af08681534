package dev.pgevents.spring.transaction;

import java.sql.Connection;
import java.util.Collection;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.Publisher;
import dev.pgevents.memory.InMemoryEventBus;
import dev.pgevents.postgres.PostgresEventBus;
import org.jspecify.annotations.Nullable;

/**
 * The ways events leave: through the bus, or on a connection of the caller's, which only
 * the PostgreSQL bus has.
 */
final class EventTransport {

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

	/** Publishes in the transaction of a connection. */
	void send(Connection connection, Collection<Event> events) {
		if (this.postgres == null) {
			throw new IllegalStateException("the bus cannot join a transaction");
		}
		Publisher publisher = this.postgres.publisher(connection);
		publisher.publishAll(events);
	}

}
