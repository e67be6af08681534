package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.Iterator;
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
		checkDatabase();
		List<Notification> notifications = inTransaction ? this.encoder.added(events) : this.encoder.together(events);
		try {
			NotifyStatement.send(this.connection, notifications, (this.log != null) ? this.log.append() : null);
		}
		catch (SQLException ex) {
			throw inTransaction ? PublishFailures.translateInTransaction(ex) : PublishFailures.translate(ex);
		}
	}

	/** Records what is to be recorded, and returns all, to be sent after the commit. */
	List<EncodedEvent> record(Collection<? extends EncodedEvent> events) {
		List<EncodedNotification> all = events.stream().map(EncodedNotification::of).toList();
		List<EncodedNotification> unrecorded = all.stream().filter(EncodedNotification::isUnrecorded).toList();
		if (this.log == null || unrecorded.isEmpty()) {
			return List.copyOf(events);
		}
		checkDatabase();
		Iterator<String> texts = recorded(this.log, this.encoder.added(unrecorded)).iterator();
		return all.stream()
			.<EncodedEvent>map((one) -> one.isUnrecorded() ? one.recordedAs(texts.next()) : one)
			.toList();
	}

	private List<String> recorded(PostgresLog log, List<Notification> notifications) {
		try {
			return NotifyStatement.record(this.connection, notifications, log.append());
		}
		catch (SQLException ex) {
			throw PublishFailures.translateInTransaction(ex);
		}
	}

	private void checkDatabase() {
		if (!this.bus.reaches(this.connection, true)) {
			throw new PublishException(Outcome.NOT_PUBLISHED,
					"not published: the connection leads to another database than the bus's, in which no subscription would hear "
							+ "of it. Give a connection to the bus's database, or publish through the bus itself",
					null);
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
