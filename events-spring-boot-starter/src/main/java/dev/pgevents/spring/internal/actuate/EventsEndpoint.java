package dev.pgevents.spring.internal.actuate;

import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;

import dev.pgevents.EventBus;
import dev.pgevents.Subscription;
import dev.pgevents.postgres.BusMonitor;
import dev.pgevents.postgres.BusStatus;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.ServerStatus;
import dev.pgevents.spring.DomainEventListenerContainer;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;

/**
 * Shows the bus: its connection, channels, subscriptions and publishing queue, and the
 * server's queue, for which the server is asked on a connection of its own. Operates its
 * methods where {@code management.endpoint.events.access} is {@code unrestricted}.
 *
 * @since 0.1
 */
@Endpoint(id = "events", defaultAccess = Access.READ_ONLY)
public final class EventsEndpoint {

	private final EventBus bus;

	private final Supplier<@Nullable DomainEventListenerContainer> container;

	/**
	 * Shows a bus.
	 * @param bus the bus
	 * @param container what starts and stops methods, if there is anything
	 */
	public EventsEndpoint(EventBus bus, Supplier<@Nullable DomainEventListenerContainer> container) {
		this.bus = bus;
		this.container = container;
	}

	/**
	 * Does something with a method.
	 * @param id the method's id
	 * @param action what to do
	 * @return how the method is then
	 * @throws InvalidEndpointRequestException if that cannot be done
	 */
	@WriteOperation
	public MethodDescriptor operate(@Selector String id, Action action) {
		DomainEventListenerContainer methods = this.container.get();
		if (methods == null) {
			throw new InvalidEndpointRequestException("there is no listener container", "no listener container");
		}
		try {
			action.on(methods, id);
			return new MethodDescriptor(id, methods.isRunning(id), methods.isPaused(id));
		}
		catch (IllegalArgumentException | IllegalStateException | UnsupportedOperationException ex) {
			String reason = String.valueOf(ex.getMessage());
			throw new InvalidEndpointRequestException(reason, reason, ex);
		}
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

	/** What can be done with a method. */
	public enum Action {

		/** As {@link DomainEventListenerContainer#start(String)}. */
		START,

		/** As {@link DomainEventListenerContainer#stop(String)}. */
		STOP,

		/** As {@link DomainEventListenerContainer#pause(String)}. */
		PAUSE,

		/** As {@link DomainEventListenerContainer#resume(String)}. */
		RESUME,

		/** As {@link DomainEventListenerContainer#resync(String)}. */
		RESYNC;

		private void on(DomainEventListenerContainer container, String id) {
			switch (this) {
				case START -> container.start(id);
				case STOP -> container.stop(id);
				case PAUSE -> container.pause(id);
				case RESUME -> container.resume(id);
				case RESYNC -> container.resync(id);
			}
		}

	}

	/**
	 * How a method is.
	 *
	 * @param id its id
	 * @param running whether it runs
	 * @param paused whether it is paused
	 */
	public record MethodDescriptor(String id, boolean running, boolean paused) {

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
