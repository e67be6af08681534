package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

import dev.pgevents.Event;
import dev.pgevents.Publisher;
import dev.pgevents.postgres.publish.Notification;
import dev.pgevents.postgres.publish.NotifyStatement;
import dev.pgevents.postgres.publish.PublishFailures;

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
		try {
			NotifyStatement.send(this.connection, notifications);
		}
		catch (SQLException ex) {
			throw PublishFailures.translate(ex);
		}
	}

	@Override
	public CompletableFuture<Void> publishAsync(Event event) {
		return this.outside.publishAsync(event);
	}

}
