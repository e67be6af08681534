package dev.pgevents.spring.internal.actuate;

import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;

import dev.pgevents.EventBus;
import dev.pgevents.Subscription;
import dev.pgevents.postgres.BusMonitor;
import dev.pgevents.postgres.BusStatus;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.ServerStatus;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * Shows the bus: its connection, channels, subscriptions and publishing queue, and the
 * server's queue, for which the server is asked on a connection of its own.
 *
 * @since 0.1
 */
@Endpoint(id = "events")
public final class EventsEndpoint {

	private final EventBus bus;

	/**
	 * Shows a bus.
	 * @param bus the bus
	 */
	public EventsEndpoint(EventBus bus) {
		this.bus = bus;
	}

	/**
	 * Shows the bus.
	 * @return how it is now
	 */
	@ReadOperation
	public EventsDescriptor events() {
		List<SubscriptionDescriptor> subscriptions = this.bus.subscriptions()
			.stream()
			.sorted(Comparator.comparing(Subscription::name))
			.map(SubscriptionDescriptor::of)
			.toList();
		return this.bus.capability(BusMonitor.class)
			.map((monitor) -> descriptor(subscriptions, monitor))
			.orElseGet(() -> new EventsDescriptor(subscriptions, null, null, null, null));
	}

	private static EventsDescriptor descriptor(List<SubscriptionDescriptor> subscriptions, BusMonitor monitor) {
		BusStatus status = monitor.status();
		return new EventsDescriptor(subscriptions, PublisherDescriptor.of(status), status.handlers(),
				ConnectionDescriptor.of(status), server(monitor, status));
	}

	private static ServerDescriptor server(BusMonitor monitor, BusStatus status) {
		if (status.connection().state() == ConnectionState.BACKING_OFF) {
			return new ServerDescriptor(null, "not asked: there is no connection");
		}
		try {
			return new ServerDescriptor(monitor.serverStatus(), null);
		}
		catch (SQLException ex) {
			return new ServerDescriptor(null, String.valueOf(ex.getMessage()));
		}
	}

	/**
	 * The answer of the server.
	 *
	 * @param status how its queue is, or null if it has not answered
	 * @param error why it has not
	 */
	public record ServerDescriptor(@Nullable ServerStatus status, @Nullable String error) {

	}

}
