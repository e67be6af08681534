package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;

import dev.pgevents.ConnectionPublishing;
import dev.pgevents.EncodedEvent;
import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventHandler;
import dev.pgevents.EventStream;
import dev.pgevents.Publisher;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.internal.dispatch.BusEventStream;
import dev.pgevents.internal.dispatch.BusSubscription;
import dev.pgevents.internal.dispatch.BusThreadFactory;
import dev.pgevents.internal.dispatch.Dispatcher;
import dev.pgevents.internal.lifecycle.Suspendable;
import dev.pgevents.postgres.internal.listen.Listener;
import dev.pgevents.postgres.internal.listen.NotificationRouter;
import dev.pgevents.postgres.internal.publish.GroupCommit;
import dev.pgevents.postgres.internal.publish.Notification;
import dev.pgevents.postgres.internal.publish.PublishFailures;
import dev.pgevents.postgres.internal.publish.PublishingConnection;
import dev.pgevents.postgres.internal.session.Session;
import dev.pgevents.postgres.internal.session.SessionFactory;
import dev.pgevents.postgres.internal.wire.NotificationDecoder;
import dev.pgevents.postgres.internal.wire.NotificationSigner;
import dev.pgevents.postgres.internal.wire.NotificationEncoder;
import org.jspecify.annotations.Nullable;

/**
 * An event bus over PostgreSQL LISTEN/NOTIFY. Holds two connections of its own, opened in
 * the background and reopened for ever: building a bus neither waits for the database nor
 * fails because of it. After a reconnection every subscription gets a
 * {@link dev.pgevents.Gap}. Thread-safe.
 *
 * @since 0.1
 */
public final class PostgresEventBus implements EventBus, ConnectionPublishing, Suspendable {

	private static final Duration STATUS_PATIENCE = Duration.ofSeconds(5);

	/** How long to wait for the end of a session that was broken off. */
	private static final Duration STOP_PATIENCE = Duration.ofSeconds(5);

	private final String name;

	private final String statusName;

	private final ConnectionSource listeningSource;

	private final ChannelStrategy channels;

	private final EventEncoder encoder;

	private final @Nullable NotificationSigner signer;

	private final BusDatabase database = new BusDatabase();

	private final Dispatcher dispatcher;

	private final GroupCommit groupCommit;

	private final @Nullable Listener listener;

	private final StateTracker state;

	private final String listeningOffReason;

	private final UnreadableNotifications unreadable;

	/** Held while connections are let go of or taken up again. */
	private final ReentrantLock lifecycle = new ReentrantLock();

	private PostgresEventBus(Builder builder) {
		this.name = builder.name;
		this.statusName = builder.applicationName("status");
		this.listeningSource = builder.listeningSource();
		Clock clock = builder.clock;
		this.channels = builder.channels;
		this.signer = builder.signer();
		this.encoder = new EventEncoder(builder.channels,
				new NotificationEncoder(builder.codec, (this.signer != null) ? NotificationSigner.OVERHEAD : 0),
				this.signer);
		this.state = new StateTracker(builder.name, builder.connectionListener, clock);
		this.listeningOffReason = builder.listeningOffReason;
		this.dispatcher = dispatcher(builder, clock);
		this.groupCommit = groupCommit(builder);
		this.unreadable = new UnreadableNotifications(builder.name);
		this.listener = builder.listening ? listener(builder, clock) : null;
	}

	private static Dispatcher dispatcher(Builder builder, Clock clock) {
		return Dispatcher.builder(builder.name)
			.executor(builder.executor)
			.slowHandlerThreshold(builder.slowHandlerThreshold)
			.slowHandlerListener(builder.slowHandlerListener)
			.subscriptionListener(builder.subscriptionListener)
			.shutdownTimeout(builder.shutdownTimeout)
			.clock(clock)
			.build();
	}

	private GroupCommit groupCommit(Builder builder) {
		Duration patience = builder.publishTimeout.plus(builder.lockTimeout);
		SessionFactory sessions = new SessionFactory(builder.publishingSource()::open,
				builder.applicationName("publisher"), patience);
		return new GroupCommit(new PublishingConnection(sessions, builder.backoff, builder.lockTimeout, this::learn),
				builder.queueCapacity, builder.maxBatch, builder.publishTimeout, builder.shutdownTimeout,
				new BusThreadFactory(builder.name + "-publisher"));
	}

	private Listener listener(Builder builder, Clock clock) {
		String applicationName = builder.applicationName("listener");
		Duration networkTimeout = builder.networkTimeout;
		BusObserver observer = new BusObserver(builder.name, this.state, this.unreadable, this::learn);
		NotificationRouter router = new NotificationRouter(new NotificationDecoder(builder.codec, clock, this.signer),
				this.dispatcher, observer);
		return new Listener(() -> new SessionFactory(this.listeningSource::open, applicationName, networkTimeout),
				router, observer, (channel, text) -> this.groupCommit.publishOwn(new Notification(channel, text)),
				new Listener.Timing(builder.backoff, builder.heartbeat, clock), this.dispatcher.strategy());
	}

	/**
	 * Starts from the defaults.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	@Override
	public void publish(Event event) {
		this.groupCommit.publish(List.of(this.encoder.single(event)));
	}

	@Override
	public void publishAll(Collection<Event> events) {
		List<Notification> notifications = this.encoder.together(this.encoder.encode(events));
		if (!notifications.isEmpty()) {
			this.groupCommit.publish(notifications);
		}
	}

	@Override
	public CompletableFuture<Void> publishAsync(Event event) {
		return this.groupCommit.publishAsync(List.of(this.encoder.single(event)));
	}

	/**
	 * Publishes events in one round trip, all or none, in their order, without waiting
	 * for it.
	 * @param events the events
	 * @return as of {@link #publishAsync}
	 * @throws dev.pgevents.PayloadTooLargeException if one is too large for a
	 * notification
	 * @throws dev.pgevents.PayloadConversionException if a payload cannot be written
	 */
	public CompletableFuture<Void> publishAllAsync(Collection<Event> events) {
		return publishEncoded(this.encoder.encode(events));
	}

	/**
	 * Publishes on a connection of the caller's, in its transaction: delivered on commit,
	 * dropped on rollback, of a savepoint too. {@code publishAsync} stays outside of it.
	 * Publishing fails where the connection leads to another database, in which nobody
	 * would hear of it.
	 * @param connection the caller's connection, for as long as the publisher is used
	 * @return a publisher with the threading of the connection
	 */
	@Override
	public Publisher publisher(Connection connection) {
		return connectionPublisher(connection);
	}

	/**
	 * Asks the server once for each physical connection.
	 */
	@Override
	public boolean reaches(Connection connection, boolean unknown) {
		try {
			return this.database.isReachedBy(connection, unknown);
		}
		catch (SQLException ex) {
			throw PublishFailures.translateInTransaction(ex);
		}
	}

	@Override
	public EncodedEvent encode(Event event) {
		return this.encoder.encode(event);
	}

	@Override
	public CompletableFuture<Void> publishEncoded(Collection<? extends EncodedEvent> events) {
		List<Notification> notifications = this.encoder.together(events);
		return notifications.isEmpty() ? CompletableFuture.completedFuture(null)
				: this.groupCommit.publishAsync(notifications);
	}

	@Override
	public void publishEncoded(Connection connection, Collection<? extends EncodedEvent> events) {
		connectionPublisher(connection).publishEncoded(events);
	}

	private ConnectionPublisher connectionPublisher(Connection connection) {
		return new ConnectionPublisher(Objects.requireNonNull(connection, "connection"), this.encoder, this);
	}

	@Override
	public Subscription subscribe(SubscriptionFilter filter, SubscriptionOptions options, EventHandler handler) {
		Set<String> needed = ChannelNames.checked(this.channels.channelsOf(filter));
		BusSubscription subscription = this.dispatcher.subscribe(filter, options, handler, this::closed);
		listen(subscription, needed);
		return subscription;
	}

	@Override
	public EventStream open(SubscriptionFilter filter, SubscriptionOptions options) {
		Set<String> needed = ChannelNames.checked(this.channels.channelsOf(filter));
		BusEventStream stream = this.dispatcher.open(filter, options, this::closed);
		listen(stream, needed);
		return stream;
	}

	/**
	 * Where the listening connection stands.
	 * @return the state now
	 */
	public ConnectionState connectionState() {
		return this.state.state();
	}

	/**
	 * How the listening connection is.
	 * @return a snapshot
	 */
	public ConnectionStatus connectionStatus() {
		return this.state.status();
	}

	/**
	 * Whether the bus is meant to listen.
	 * @return false where {@link Builder#listening(boolean)} has switched it off
	 */
	public boolean isListeningEnabled() {
		return this.listener != null;
	}

	/**
	 * The channels that the open subscriptions need.
	 * @return a snapshot of their names; none where listening is switched off
	 */
	public Set<String> channels() {
		return (this.listener != null) ? this.listener.channels() : Set.of();
	}

	/**
	 * How many events are waiting to be sent.
	 * @return the number now
	 */
	public int queuedEvents() {
		return this.groupCommit.queued();
	}

	/**
	 * How many events could not be sent, or were sent with unknown success, since the bus
	 * was built: those whose callers were told, and those of callers that had gone on.
	 * @return the number so far
	 */
	public long failedEvents() {
		return this.groupCommit.failed();
	}

	/**
	 * Asks the server how its notification queue is, on a connection that is opened for
	 * it: for operators to look at, not for a tight loop.
	 * @return the answer
	 * @throws SQLException if there is none
	 */
	public ServerStatus serverStatus() throws SQLException {
		try (SessionFactory sessions = new SessionFactory(this.listeningSource::open, this.statusName,
				STATUS_PATIENCE)) {
			return ServerProbe.ask(sessions);
		}
	}

	/**
	 * Asks the server who is connected to the database for events: the connections of
	 * buses, in whatever process, and whoever else seems to listen. On a connection that
	 * is opened for it, like {@link #serverStatus()}.
	 * @return the sessions, by their application's name
	 * @throws SQLException if there is no answer
	 */
	public List<ServerSession> serverSessions() throws SQLException {
		try (SessionFactory sessions = new SessionFactory(this.listeningSource::open, this.statusName,
				STATUS_PATIENCE)) {
			return ServerProbe.sessions(sessions);
		}
	}

	/**
	 * The channel that an event would be sent on.
	 * @param event the event
	 * @return the channel's name, unquoted
	 */
	public String channelOf(Event event) {
		return ChannelNames.checked(this.channels.channelOf(event));
	}

	/**
	 * How many notifications could not be read, those refused among them.
	 * @return the number since the bus was built
	 */
	public long unreadableNotifications() {
		return this.unreadable.count();
	}

	/**
	 * Whether events are signed, and those of others refused if they are not.
	 * @return whether {@link Builder#signing signing} is on
	 */
	public boolean isSigning() {
		return this.signer != null;
	}

	/**
	 * How many notifications were refused because they were not signed, or not with an
	 * accepted key for their channel.
	 * @return the number since the bus was built; 0 without {@link Builder#signing
	 * signing}
	 */
	public long refusedNotifications() {
		return this.unreadable.refused();
	}

	@Override
	public Collection<Subscription> subscriptions() {
		return List.copyOf(this.dispatcher.subscriptions());
	}

	@Override
	public boolean isDelivering() {
		return this.state.state() == ConnectionState.LISTENING;
	}

	/**
	 * Lets go of both connections, until {@link #resume()}: before a checkpoint of the
	 * process, say. What was accepted is sent before, up to the shutdown timeout.
	 * Subscriptions stay open and receive nothing; publishing works, over a connection
	 * opened for it. Does nothing more where they are let go of, or the bus is closed.
	 */
	@Override
	public void suspend() {
		this.lifecycle.lock();
		try {
			if (this.listener != null) {
				this.listener.stop(STOP_PATIENCE);
				this.state.stopped();
			}
			this.groupCommit.disconnect();
		}
		finally {
			this.lifecycle.unlock();
		}
	}

	/**
	 * Connects, in the background. Subscriptions that were live before get a gap of
	 * reason {@link dev.pgevents.Gap.Reason#RECONNECTED}. Does nothing where the bus is
	 * connected, or trying, and after the closing.
	 */
	@Override
	public void resume() {
		this.lifecycle.lock();
		try {
			if (this.listener != null) {
				this.listener.start();
			}
		}
		finally {
			this.lifecycle.unlock();
		}
	}

	@Override
	public void close() {
		if (this.listener != null) {
			this.listener.close();
		}
		this.dispatcher.close();
		this.groupCommit.close();
		this.state.closed();
	}

	@Override
	public String toString() {
		return "PostgresEventBus[" + this.name + " " + connectionState() + "]";
	}

	private void start(boolean suspended) {
		if (this.listener == null) {
			this.state.off(this.listeningOffReason);
		}
		else if (suspended) {
			this.state.notStarted();
		}
		else {
			this.listener.start();
		}
	}

	private void listen(BusSubscription subscription, Set<String> needed) {
		if (this.listener != null) {
			this.listener.add(subscription, needed);
			if (subscription.isClosed()) {
				// By another thread, before there was anything to remove.
				this.listener.remove(subscription);
			}
		}
		else {
			subscription.fail(new IllegalStateException(this.listeningOffReason));
		}
	}

	private void closed(BusSubscription subscription) {
		if (this.listener != null) {
			this.listener.remove(subscription);
		}
	}

	private void learn(Session session) {
		this.database.own(session.database());
		this.encoder.learnEncoding(session);
	}

	/**
	 * Builds a bus. Not thread-safe.
	 */
	public static final class Builder extends BusSettings<Builder> {

		private Builder() {
		}

		@Override
		Builder self() {
			return this;
		}

		/**
		 * Builds the bus and begins to connect, in the background, unless it is
		 * {@linkplain #suspended(boolean) suspended}.
		 * @return a new bus; close it when done
		 * @throws IllegalStateException if neither {@code dataSource} nor
		 * {@code listener} was called
		 */
		public PostgresEventBus build() {
			PostgresEventBus bus = new PostgresEventBus(this);
			bus.start(this.suspended);
			return bus;
		}

	}

}
