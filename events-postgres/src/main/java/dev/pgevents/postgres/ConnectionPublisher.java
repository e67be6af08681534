package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import dev.pgevents.EncodedEvent;
import dev.pgevents.Event;
import dev.pgevents.PublishException;
import dev.pgevents.PublishException.Outcome;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.internal.eventlog.PostgresLog;
import dev.pgevents.postgres.internal.publish.Notification;
import dev.pgevents.postgres.internal.publish.NotifyStatement;
import dev.pgevents.postgres.internal.publish.PublishFailures;
import org.jspecify.annotations.Nullable;

/**
 * Publishes on the caller's connection, in the caller's transaction.
 */
final class ConnectionPublisher implements Publisher {

	private final Connection connection;

	private final EventEncoder encoder;

	private final PostgresEventBus bus;

	private final @Nullable PostgresLog log;

	ConnectionPublisher(Connection connection, EventEncoder encoder, PostgresEventBus bus, @Nullable PostgresLog log) {
		this.connection = connection;
		this.encoder = encoder;
		this.bus = bus;
		this.log = log;
	}

	@Override
	public void publish(Event event) {
		publishAll(List.of(event));
	}

	@Override
	public void publishAll(Collection<Event> events) {
		publishEncoded(this.encoder.encodeMarked(events));
	}

	void publishEncoded(Collection<? extends EncodedEvent> events) {
		if (events.isEmpty()) {
			return;
		}
		boolean inTransaction = isInTransaction();
		if (!this.bus.reaches(this.connection, true)) {
			throw new PublishException(Outcome.NOT_PUBLISHED,
					"not published: the connection leads to another database than the bus's, in which nobody would hear "
							+ "of it. Give a connection to the bus's database, or publish through the bus itself",
					null);
		}
		List<Notification> notifications = inTransaction ? this.encoder.added(events) : this.encoder.together(events);
		try {
			NotifyStatement.send(this.connection, notifications, (this.log != null) ? this.log.append() : null);
		}
		catch (SQLException ex) {
			throw inTransaction ? PublishFailures.translateInTransaction(ex) : PublishFailures.translate(ex);
		}
	}

	private boolean isInTransaction() {
		try {
			return !this.connection.getAutoCommit();
		}
		catch (SQLException ex) {
			throw new PublishException(Outcome.NOT_PUBLISHED,
					"not published: the connection is broken: " + ex.getMessage(), ex);
		}
	}

	@Override
	public CompletableFuture<Void> publishAsync(Event event) {
		return this.bus.publishAsync(event);
	}

}
