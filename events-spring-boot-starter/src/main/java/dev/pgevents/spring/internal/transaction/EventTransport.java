package dev.pgevents.spring.internal.transaction;

import java.sql.Connection;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;

import dev.pgevents.ConnectionPublishing;
import dev.pgevents.EncodedEvent;
import dev.pgevents.EncodingPublisher;
import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.internal.log.Repetition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ways events leave: through the bus, or on a connection of the caller's, which not
 * every bus can. Events that have to wait for a transaction are encoded once, at the
 * call.
 */
final class EventTransport {

	private static final Logger logger = LoggerFactory.getLogger(EventTransport.class);

	private final AtomicLong failures = new AtomicLong();

	private final EventBus bus;

	private final @Nullable ConnectionPublishing joining;

	private final @Nullable EncodingPublisher encoding;

	private final boolean routed;

	/**
	 * Finds out the ways of a bus.
	 * @param bus where events go
	 * @param routed whether connections of the caller's may lead to several databases
	 */
	EventTransport(EventBus bus, boolean routed) {
		this.routed = routed;
		this.bus = bus;
		this.joining = bus.capability(ConnectionPublishing.class).orElse(null);
		this.encoding = (this.joining != null) ? this.joining : bus.capability(EncodingPublisher.class).orElse(null);
	}

	/** Whether events can join a transaction of PostgreSQL. */
	boolean canJoin() {
		return this.joining != null;
	}

	/** Events as they are now, whatever becomes of their payloads until they leave. */
	List<EncodedEvent> encode(Collection<Event> events) {
		return events.stream().map(this::encode).toList();
	}

	private EncodedEvent encode(Event event) {
		return (this.encoding != null) ? this.encoding.encode(event) : new AsItIs(event);
	}

	/** Publishes at once, outside of any transaction. */
	void send(Collection<Event> events) {
		this.bus.publishAll(events);
	}

	/**
	 * Publishes outside of any transaction, without waiting and without failing: a caller
	 * whose transaction has committed can do nothing about it any more.
	 */
	CompletableFuture<Void> sendSoon(List<EncodedEvent> events) {
		try {
			return sending(events).whenComplete((none, failure) -> {
				if (failure != null) {
					logFailure(events.size(), failure);
				}
			});
		}
		catch (RuntimeException ex) {
			logFailure(events.size(), ex);
			return CompletableFuture.failedFuture(ex);
		}
	}

	/** Publishes outside of any transaction. */
	CompletableFuture<Void> sending(List<EncodedEvent> events) {
		if (this.encoding != null) {
			return this.encoding.publishEncoded(events);
		}
		this.bus.publishAll(events.stream().map(EncodedEvent::event).toList());
		return CompletableFuture.completedFuture(null);
	}

	private void logFailure(int count, Throwable failure) {
		long failures = this.failures.incrementAndGet();
		if (failures == 1) {
			logger.error("{} events of a transaction that has committed were not published, or may not have been",
					count, failure);
		}
		else if (Repetition.isLogged(failures)) {
			logger.error("{} events of a transaction that has committed were not published, or may not have been: {}; "
					+ "it happened {} times by now", count, String.valueOf(failure), failures);
		}
		else {
			logger.debug("{} events of a transaction that has committed were not published", count, failure);
		}
	}

	/**
	 * Whether events that are sent on a connection arrive where the bus listens. Where
	 * that is not known yet, since the bus has not connected, a connection that may have
	 * been routed is thought to lead elsewhere.
	 */
	boolean reachesBusOn(Connection connection) {
		return joining().reaches(connection, !this.routed);
	}

	/** Publishes in the transaction of a connection. */
	void send(Connection connection, Collection<Event> events) {
		joining().publisher(connection).publishAll(events);
	}

	/** Publishes what was held in the transaction of a connection. */
	void sendEncoded(Connection connection, Collection<EncodedEvent> events) {
		joining().publishEncoded(connection, events);
	}

	/** Whether the event log will have one of these. */
	boolean anyIsRecorded(Collection<? extends EncodedEvent> events) {
		return this.joining != null && events.stream().anyMatch(this.joining::isRecorded);
	}

	/**
	 * Writes to the event log, in the transaction of a connection, what it is to have.
	 * @return the events, to be sent after the commit
	 */
	List<EncodedEvent> record(Connection connection, Collection<EncodedEvent> events) {
		return joining().record(connection, events);
	}

	private ConnectionPublishing joining() {
		if (this.joining == null) {
			throw new IllegalStateException("the bus cannot join a transaction");
		}
		return this.joining;
	}

	/** For a bus that encodes when it publishes. */
	private record AsItIs(Event event) implements EncodedEvent {

	}

}
