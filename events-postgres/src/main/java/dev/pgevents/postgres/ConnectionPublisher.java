package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import dev.pgevents.Event;
import dev.pgevents.PublishException;
import dev.pgevents.PublishException.Outcome;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.internal.publish.Notification;
import dev.pgevents.postgres.internal.publish.NotifyStatement;
import dev.pgevents.postgres.internal.publish.PublishFailures;

/**
 * Publishes on the caller's connection, in the caller's transaction.
 */
final class ConnectionPublisher implements Publisher {

	private final Connection connection;

	private final Function<Event, Notification> writer;

	private final Publisher outside;

	ConnectionPublisher(Connection connection, Function<Event, Notification> writer, Publisher outside) {
		this.connection = connection;
		this.writer = writer;
		this.outside = outside;
	}

	@Override
	public void publish(Event event) {
		publishAll(List.of(event));
	}

	@Override
	public void publishAll(Collection<Event> events) {
		List<Notification> notifications = events.stream().map(this.writer).toList();
		if (notifications.isEmpty()) {
			return;
		}
		boolean inTransaction = isInTransaction();
		try {
			NotifyStatement.send(this.connection, notifications);
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
		return this.outside.publishAsync(event);
	}

}
