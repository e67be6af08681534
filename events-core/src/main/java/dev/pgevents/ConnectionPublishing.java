package dev.pgevents;

import java.sql.Connection;
import java.util.Collection;
import java.util.List;

/**
 * A {@linkplain EventBus#capability capability} of a bus: publishes on a connection of
 * the caller's, in its transaction, so that events are delivered on commit and dropped on
 * rollback, of a savepoint too. Thread-safe, as far as connections are.
 *
 * @since 0.1
 */
public interface ConnectionPublishing extends EncodingPublisher {

	/**
	 * Returns a publisher on a connection. Its {@code publishAsync} stays outside of the
	 * transaction.
	 * @param connection the caller's connection, for as long as the publisher is used
	 * @return a publisher with the threading of the connection
	 */
	Publisher publisher(Connection connection);

	/**
	 * Publishes events on a connection, all or none, in their order.
	 * @param connection the caller's connection
	 * @param events what {@link #encode} of this bus has returned; none is fine
	 * @throws PublishException as of {@link Publisher#publish}
	 * @throws IllegalArgumentException if one was encoded by something else
	 */
	void publishEncoded(Connection connection, Collection<? extends EncodedEvent> events);

	/**
	 * Returns whether an event will be recorded in the {@linkplain EventLog event log}.
	 * @param event what {@link #encode} of this bus has returned
	 * @return whether it will; false without an event log
	 */
	default boolean isRecorded(EncodedEvent event) {
		return false;
	}

	/**
	 * Records events in the transaction of a connection, as far as the event log is to
	 * have them, and sends no notification: that is for the caller to do, with
	 * {@link #publishEncoded(Collection)}, once the transaction is committed. Where he
	 * does not come to it, groups handle them all the same.
	 * @param connection the caller's connection, in a transaction
	 * @param events what {@link #encode} of this bus has returned; none is fine
	 * @return the same events, to be published after the commit
	 * @throws PublishException as of {@link Publisher#publish}
	 * @throws IllegalArgumentException if one was encoded by something else
	 */
	default List<EncodedEvent> record(Connection connection, Collection<? extends EncodedEvent> events) {
		return List.copyOf(events);
	}

	/**
	 * Returns whether what is published on a connection travels in the database that the
	 * bus is connected to: a connection of a routing data source may lead elsewhere.
	 * @param connection the caller's connection, in whatever transaction it is in
	 * @param unknown the answer as long as the bus has not connected
	 * @return whether it arrives where the bus listens; true for a server that refuses
	 * notifications and says so itself
	 * @throws PublishException if the server does not answer
	 */
	default boolean reaches(Connection connection, boolean unknown) {
		return true;
	}

}
