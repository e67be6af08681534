package dev.pgevents.spring.internal.actuate;

import java.sql.SQLException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

import dev.pgevents.EventBus;
import dev.pgevents.EventLog;
import dev.pgevents.EventsException;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.internal.group.GroupMonitor;
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
 * Shows the bus: its connection, channels, subscriptions and publishing queue, the groups
 * of its event log, and the server's queue, for which the server is asked on a connection
 * of its own. Operates methods and groups where {@code management.endpoint.events.access}
 * is {@code unrestricted}.
 *
 * @since 0.1
 */
@Endpoint(id = "events", defaultAccess = Access.READ_ONLY)
public final class EventsEndpoint {

	private static final String NO_CONNECTION = "not asked: there is no connection";

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
			throw refused("there is no listener container", null);
		}
		try {
			action.on(methods, id);
			return new MethodDescriptor(id, methods.isRunning(id), methods.isPaused(id));
		}
		catch (IllegalArgumentException | IllegalStateException | UnsupportedOperationException ex) {
			throw refused(String.valueOf(ex.getMessage()), ex);
		}
	}

	/**
	 * Does something with a group of the event log.
	 * @param what which part of the log; the only one is that of all groups
	 * @param group the group's name
	 * @param action what to do
	 * @param target of what: the id of a parked event, {@code all} of them, a position, a
	 * time, or the {@code handlers} of this process
	 * @return what was done
	 * @throws InvalidEndpointRequestException if that cannot be done
	 */
	@WriteOperation
	public GroupResult operateGroup(@Selector String what, @Selector String group, GroupOperation action,
			String target) {
		EventLog log = log(what, group);
		try {
			return new GroupResult(group, action.on(log, handlers(group), group, target));
		}
		catch (EventsException | IllegalArgumentException | IllegalStateException ex) {
			throw refused(String.valueOf(ex.getMessage()), ex);
		}
	}

	/**
	 * Shows a group of the event log: all of its partitions, and all events that it holds
	 * or has parked.
	 * @param what which part of the log; the only one is that of all groups
	 * @param group the group's name
	 * @return how it is now, or null if there is none of that name
	 * @throws InvalidEndpointRequestException if the log is missing or does not answer
	 */
	@ReadOperation
	public GroupsDescriptor.@Nullable Group group(@Selector String what, @Selector String group) {
		EventLog log = log(what, group);
		try {
			return GroupsDescriptor.of(log, group, problems());
		}
		catch (EventsException | IllegalStateException ex) {
			throw refused(String.valueOf(ex.getMessage()), ex);
		}
	}

	private EventLog log(String what, String group) {
		if (!what.equals("groups")) {
			throw refused("there is no " + what + "/" + group + ", but groups/" + group, null);
		}
		return this.bus.capability(EventLog.class)
			.orElseThrow(() -> refused("there is no event log: switch it on with events.log.enabled=true", null));
	}

	private List<SubscriptionFilter> handlers(String group) {
		return this.bus.capability(GroupMonitor.class).map((monitor) -> monitor.filters(group)).orElse(List.of());
	}

	private Map<String, String> problems() {
		return this.bus.capability(GroupMonitor.class).map(GroupMonitor::problems).orElse(Map.of());
	}

	private static InvalidEndpointRequestException refused(String reason, @Nullable Throwable cause) {
		return new InvalidEndpointRequestException(reason, reason, cause);
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
			.orElseGet(() -> new EventsDescriptor(subscriptions, null, null, null, null, groups(true)));
	}

	private @Nullable GroupsDescriptor groups(boolean connected) {
		EventLog log = this.bus.capability(EventLog.class).orElse(null);
		if (log == null) {
			return null;
		}
		return connected ? GroupsDescriptor.of(log, problems()) : GroupsDescriptor.notAsked(NO_CONNECTION);
	}

	private EventsDescriptor descriptor(List<SubscriptionDescriptor> subscriptions, BusMonitor monitor) {
		BusStatus status = monitor.status();
		return new EventsDescriptor(subscriptions, PublisherDescriptor.of(status), status.handlers(),
				ConnectionDescriptor.of(status), server(monitor, status),
				groups(status.connection().state() != ConnectionState.BACKING_OFF));
	}

	private static ServerDescriptor server(BusMonitor monitor, BusStatus status) {
		if (status.connection().state() == ConnectionState.BACKING_OFF) {
			return new ServerDescriptor(null, NO_CONNECTION);
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
	 * What was done with a group.
	 *
	 * @param group its name
	 * @param done what was done
	 */
	public record GroupResult(String group, String done) {

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
