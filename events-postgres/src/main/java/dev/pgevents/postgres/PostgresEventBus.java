package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

import javax.sql.DataSource;

import dev.pgevents.Backoff;
import dev.pgevents.ConnectionPublishing;
import dev.pgevents.EncodedEvent;
import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventHandler;
import dev.pgevents.EventLog;
import dev.pgevents.EventLogException;
import dev.pgevents.EventStream;
import dev.pgevents.PayloadCodec;
import dev.pgevents.Publisher;
import dev.pgevents.SlowHandlerListener;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionListener;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.Suspendable;
import dev.pgevents.internal.dispatch.BusEventStream;
import dev.pgevents.internal.dispatch.BusSubscription;
import dev.pgevents.internal.dispatch.BusThreadFactory;
import dev.pgevents.internal.dispatch.Dispatcher;
import dev.pgevents.internal.dispatch.DispatcherBuilder;
import dev.pgevents.internal.dispatch.InstanceId;
import dev.pgevents.internal.dispatch.LeaderFollowers;
import dev.pgevents.internal.group.Attempt;
import dev.pgevents.internal.group.GroupBus;
import dev.pgevents.internal.group.GroupMonitor;
import dev.pgevents.internal.log.LogText;
import dev.pgevents.internal.util.Require;
import dev.pgevents.internal.util.Ticker;
import dev.pgevents.postgres.internal.eventlog.PostgresLog;
import dev.pgevents.postgres.internal.listen.Listener;
import dev.pgevents.postgres.internal.listen.NotificationRouter;
import dev.pgevents.postgres.internal.listen.ProofSender;
import dev.pgevents.postgres.internal.publish.GroupCommit;
import dev.pgevents.postgres.internal.publish.Notification;
import dev.pgevents.postgres.internal.publish.PublishFailures;
import dev.pgevents.postgres.internal.publish.PublishingConnection;
import dev.pgevents.postgres.internal.session.ReplacingSessions;
import dev.pgevents.postgres.internal.session.Session;
import dev.pgevents.postgres.internal.session.SessionFactory;
import dev.pgevents.postgres.internal.session.Sessions;
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
public final class PostgresEventBus implements EventBus, ConnectionPublishing, BusMonitor, Suspendable {

	private static final Duration STATUS_PATIENCE = Duration.ofSeconds(5);

	/** For statements that wait for others' transactions, each up to the lock timeout. */
	private static final Duration MAINTENANCE_PATIENCE = Duration.ofMinutes(1);

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

	private final @Nullable PostgresLog log;

	private final @Nullable Listener listener;

	private final StateTracker state;

	private final String listeningOffReason;

	private final UnreadableNotifications unreadable;

	private final AtomicInteger publishingProcess = new AtomicInteger();

	private final @Nullable ChannelLists channelLists;

	private final String instanceId = InstanceId.next();

	private final PayloadCodec codec;

	/** Held while connections are let go of or taken up again. */
	private final ReentrantLock lifecycle = new ReentrantLock();

	private PostgresEventBus(BusConfiguration configuration) {
		this.name = configuration.name;
		this.statusName = configuration.applicationName("status");
		this.codec = configuration.codec;
		this.listeningSource = configuration.listeningSource;
		this.channels = configuration.channels;
		this.signer = configuration.signer;
		this.encoder = new EventEncoder(
				configuration.name, configuration.channels, new NotificationEncoder(configuration.codec,
						(this.signer != null) ? NotificationSigner.OVERHEAD : 0, this.instanceId),
				this.signer, configuration.log);
		this.state = new StateTracker(configuration.name, configuration.connectionListener, configuration.clock);
		this.listeningOffReason = configuration.listeningOffReason;
		this.dispatcher = configuration.dispatcher.instanceId(this.instanceId).build();
		this.log = (configuration.log != null) ? log(configuration, configuration.log) : null;
		this.groupCommit = groupCommit(configuration);
		this.unreadable = new UnreadableNotifications(configuration.name);
		this.channelLists = (StageChannels.own(configuration.channels) instanceof ChannelPerType perType)
				? new ChannelLists(configuration.name, configuration.application, perType, this::publishOwn) : null;
		this.listener = configuration.listening ? listener(configuration) : null;
	}

	private PostgresLog log(BusConfiguration configuration, EventLogSettings settings) {
		String applicationName = configuration.applicationName("log");
		SessionFactory sessions = new SessionFactory(configuration.name, configuration.publishingSource::open,
				applicationName, configuration.networkTimeout);
		SessionFactory maintenance = new SessionFactory(configuration.name, configuration.publishingSource::open,
				applicationName, MAINTENANCE_PATIENCE);
		return new PostgresLog(settings.tables(), settings.groups(),
				new PostgresLog.Connections(configuration.name, sessions, maintenance, configuration.lockTimeout,
						configuration.heartbeat, configuration.codec, configuration.decoder(), this.dispatcher,
						configuration.clock));
	}

	private GroupCommit groupCommit(BusConfiguration configuration) {
		Duration patience = configuration.publishTimeout.plus(configuration.lockTimeout);
		SessionFactory sessions = new SessionFactory(configuration.name, configuration.publishingSource::open,
				configuration.applicationName("publisher"), patience);
		PublishingConnection connection = new PublishingConnection(sessions, configuration.backoff,
				configuration.lockTimeout, this::onPublishingSession,
				(this.log != null) ? this.log.appendUnchecked() : null, Ticker.SYSTEM);
		return new GroupCommit(configuration.name, connection, configuration.queueCapacity, configuration.maxBatch,
				configuration.publishTimeout, configuration.shutdownTimeout,
				new BusThreadFactory(configuration.name + "-publisher"));
	}

	private void onPublishingSession(Session session) {
		this.publishingProcess.set(session.processId());
		learn(session);
		if (this.log != null) {
			this.log.publishing(session);
		}
		Listener waiting = this.listener;
		if (waiting != null) {
			waiting.retryNow();
		}
	}

	private void onListeningSession(Session session) {
		listening(session);
		this.groupCommit.retryNow();
	}

	private Listener listener(BusConfiguration configuration) {
		String applicationName = configuration.applicationName("listener");
		Duration networkTimeout = configuration.networkTimeout;
		BusObserver observer = new BusObserver(configuration.name, this.state, this.unreadable,
				this::onListeningSession);
		NotificationRouter router = new NotificationRouter(configuration.decoder(), this.dispatcher, observer,
				this.log);
		Listener made = new Listener(configuration.name,
				() -> sessions(
						new SessionFactory(this.name, this.listeningSource::open, applicationName, networkTimeout),
						configuration.publishingSource),
				router, observer, new Proofs(this.groupCommit, this.publishingProcess),
				new Listener.Timing(configuration.backoff, configuration.heartbeat, configuration.proofAge,
						this.log != null, configuration.clock, Ticker.SYSTEM),
				this.dispatcher.strategy());
		if (this.channelLists != null) {
			router.keep(this.channelLists.channel(), this.channelLists::onEvent);
			made.add(this.channelLists, Set.of(this.channelLists.channel()));
		}
		return made;
	}

	/**
	 * Where both connections lead to the same, the publishing one replaces a lost one.
	 */
	private Sessions sessions(SessionFactory factory, ConnectionSource publishingSource) {
		return (publishingSource == this.listeningSource)
				? new ReplacingSessions(this.name, factory, this::givePublishingSession) : factory;
	}

	private @Nullable Session givePublishingSession() {
		Session given = this.groupCommit.giveAway();
		if (given != null) {
			// Unless there is another by now.
			this.publishingProcess.compareAndSet(given.processId(), 0);
		}
		return given;
	}

	private void publishOwn(String channel, Event event) {
		this.groupCommit.publishOwn(this.encoder.own(channel, event));
	}

	private Set<String> neededChannels() {
		if (this.listener == null) {
			return Set.of();
		}
		Set<String> needed = new HashSet<>(this.listener.channels());
		if (this.channelLists != null) {
			needed.remove(this.channelLists.channel());
		}
		return needed;
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
	 * Publishing fails where the connection leads to another database, in which no
	 * subscription would hear of it.
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
		return this.encoder.encodeMarked(event);
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

	@Override
	public boolean isRecorded(EncodedEvent event) {
		return EncodedNotification.of(event).recorded();
	}

	@Override
	public List<EncodedEvent> record(Connection connection, Collection<? extends EncodedEvent> events) {
		return connectionPublisher(connection).record(events);
	}

	private ConnectionPublisher connectionPublisher(Connection connection) {
		return new ConnectionPublisher(Objects.requireNonNull(connection, "connection"), this.encoder, this, this.log);
	}

	@Override
	public Subscription subscribe(SubscriptionFilter filter, SubscriptionOptions options, EventHandler handler) {
		String group = options.group();
		if (group != null) {
			return join(group, filter, options, handler);
		}
		Set<String> needed = ChannelNames.checked(this.channels.channelsOf(filter));
		BusSubscription subscription = this.dispatcher.subscribe(filter, options, handler, this::closed);
		listen(subscription, needed);
		return subscription;
	}

	private Subscription join(String group, SubscriptionFilter filter, SubscriptionOptions options,
			EventHandler handler) {
		if (this.log == null) {
			throw new IllegalStateException("group " + group + " needs the event log: switch it on with "
					+ "PostgresEventBus.builder().log(EventLogSettings.defaults()) (in Spring Boot: "
					+ "events.log.enabled=true)");
		}
		BusSubscription subscription = this.log.subscribe(group, filter, options, handler,
				ChannelNames.checked(this.channels.channelsOf(SubscriptionFilter.all())), this::listen);
		if (this.listener == null) {
			subscription.fail(new IllegalStateException(this.listeningOffReason));
		}
		return subscription;
	}

	@Override
	public String instanceId() {
		return this.instanceId;
	}

	/**
	 * Returns a capability: the codec is one, and so is the event log where
	 * {@link Builder#log} has switched it on.
	 */
	@Override
	public <T> Optional<T> capability(Class<T> type) {
		if (type == PayloadCodec.class) {
			return Optional.of(type.cast(this.codec));
		}
		if (this.log != null && type == EventLog.class) {
			return Optional.of(type.cast(this.log.log()));
		}
		if (this.log != null && (type == GroupBus.class || type == GroupMonitor.class)) {
			return Optional.of(type.cast(this.log));
		}
		return EventBus.super.capability(type);
	}

	/**
	 * Lets the position of the event that a group's handler has in hand commit together
	 * with what the handler does: to be called in the handler, in its transaction, before
	 * that is committed. Without, the position is written shortly after the handler has
	 * returned, and an event may be handled twice where the process dies in between.
	 * @param connection the transaction's connection
	 * @throws IllegalStateException if the thread is in no handler of a group, or if the
	 * event has become another process's: roll the transaction back then
	 * @throws dev.pgevents.EventLogException if the log cannot be reached
	 */
	public void acknowledge(Connection connection) {
		Attempt attempt = Attempt.current();
		if (this.log == null || attempt == null) {
			throw new IllegalStateException("nothing to acknowledge: the thread is in no handler of a group");
		}
		try {
			if (!this.log.acknowledge(connection, attempt)) {
				throw new IllegalStateException(attempt.event() + " at " + attempt.event().position() + " is not group "
						+ attempt.group() + "'s to handle here any more: roll the transaction back");
			}
		}
		catch (SQLException ex) {
			throw new EventLogException("the position could not be written: " + ex.getMessage(), ex);
		}
	}

	/**
	 * Makes the tables of the event log now, if they are missing and that is wanted, and
	 * checks them. Else this happens once the database answers.
	 * @throws IllegalStateException if the bus has no event log, or its tables are not as
	 * expected; the message says what differs
	 * @throws dev.pgevents.EventLogException if the database does not answer
	 */
	public void initializeEventLog() {
		if (this.log == null) {
			throw new IllegalStateException("the bus has no event log: switch it on with builder().log(...)");
		}
		this.log.initialize();
	}

	/** For tests, which do not wait for it. */
	void retain() {
		if (this.log != null) {
			this.log.retain();
		}
	}

	/**
	 * Returns why groups handle nothing in this process, though it has handlers of
	 * theirs.
	 * @return the reasons by group; none of those that take part
	 */
	public Map<String, String> groupProblems() {
		return (this.log != null) ? this.log.problems() : Map.of();
	}

	@Override
	public EventStream open(SubscriptionFilter filter, SubscriptionOptions options) {
		if (options.group() != null) {
			throw new IllegalArgumentException("a stream cannot belong to group " + options.group()
					+ ": what is taken from it is never known to have been handled, subscribe a handler");
		}
		Set<String> needed = ChannelNames.checked(this.channels.channelsOf(filter));
		BusEventStream stream = this.dispatcher.open(filter, options, this::closed);
		listen(stream, needed);
		return stream;
	}

	@Override
	public BusStatus status() {
		return new BusStatus(this.listener != null, this.state.status(), this.state.delivery(), neededChannels(),
				this.signer != null,
				new BusStatus.Publishing(this.groupCommit.queued(), this.groupCommit.failed(), publishingProblem()),
				new BusStatus.Notifications(this.unreadable.count(), this.unreadable.refused()), handlers(),
				(this.channelLists != null) ? this.channelLists.differences() : List.of());
	}

	private @Nullable String publishingProblem() {
		String problem = this.groupCommit.problem();
		return (problem != null) ? LogText.of(problem, LogText.MESSAGE) : null;
	}

	private BusStatus.Handlers handlers() {
		LeaderFollowers.Counts counts = this.dispatcher.strategy().counts();
		return new BusStatus.Handlers(counts.handedOff(), counts.promoted(), counts.inline(), counts.takenOver());
	}

	@Override
	public ServerStatus serverStatus() throws SQLException {
		try (SessionFactory sessions = new SessionFactory(this.name, this.listeningSource::open, this.statusName,
				STATUS_PATIENCE)) {
			return ServerProbe.ask(sessions);
		}
	}

	@Override
	public List<ServerSession> serverSessions() throws SQLException {
		try (SessionFactory sessions = new SessionFactory(this.name, this.listeningSource::open, this.statusName,
				STATUS_PATIENCE)) {
			return ServerProbe.sessions(sessions);
		}
	}

	@Override
	public String channelOf(Event event) {
		return this.encoder.channelOf(event);
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
			if (this.log != null) {
				this.log.disconnect();
			}
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
		if (this.log != null) {
			// What it owns hangs on the listening session.
			this.log.closeGroups();
		}
		if (this.listener != null) {
			this.listener.close();
		}
		this.dispatcher.close();
		this.groupCommit.close();
		if (this.log != null) {
			this.log.close();
		}
		this.state.closed();
	}

	@Override
	public String toString() {
		return "PostgresEventBus[" + this.name + " " + this.state.state() + "]";
	}

	private void start(boolean suspended) {
		if (this.log != null && this.listener != null) {
			this.log.start(this.listener::add);
		}
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

	private void listening(Session session) {
		learn(session);
		if (this.log != null) {
			this.log.listening(session);
		}
	}

	private void learn(Session session) {
		this.database.own(session.database());
		this.encoder.learnEncoding(session);
	}

	/**
	 * Sends proofs of delivery the way events go.
	 *
	 * @param groupCommit the way
	 * @param process the server's process at its end
	 */
	private record Proofs(GroupCommit groupCommit, AtomicInteger process) implements ProofSender {

		@Override
		public CompletableFuture<Void> send(String channel, String text) {
			return this.groupCommit.publishOwn(new Notification(channel, text));
		}

		@Override
		public int serverProcess() {
			return this.process.get();
		}

	}

	/**
	 * Builds a bus. Not thread-safe.
	 */
	public static final class Builder {

		/** The default queue capacity, in notifications. */
		public static final int DEFAULT_QUEUE_CAPACITY = 65536;

		/** The default for the largest batch, in notifications. */
		public static final int DEFAULT_MAX_BATCH = 1000;

		/** The default publish timeout. */
		public static final Duration DEFAULT_PUBLISH_TIMEOUT = Duration.ofSeconds(5);

		/** The default lock timeout. */
		public static final Duration DEFAULT_LOCK_TIMEOUT = Duration.ofSeconds(2);

		/** The default heartbeat. */
		public static final Duration DEFAULT_HEARTBEAT = Duration.ofSeconds(15);

		/** The default shutdown timeout. */
		public static final Duration DEFAULT_SHUTDOWN_TIMEOUT = DispatcherBuilder.DEFAULT_SHUTDOWN_TIMEOUT;

		/** The default slow handler threshold. */
		public static final Duration DEFAULT_SLOW_HANDLER_THRESHOLD = DispatcherBuilder.DEFAULT_SLOW_HANDLER_THRESHOLD;

		/** The default wait after the first failed attempt to connect. */
		public static final Duration DEFAULT_INITIAL_DELAY = Duration.ofMillis(100);

		/** The default for how much longer each next wait is. */
		public static final double DEFAULT_MULTIPLIER = 2.0;

		/** The default for the longest wait between attempts to connect. */
		public static final Duration DEFAULT_MAX_DELAY = Duration.ofSeconds(30);

		/** What concerns handlers, and the name. */
		final DispatcherBuilder dispatcher = Dispatcher.builder("events");

		@Nullable String application;

		@Nullable ConnectionSource dataSource;

		@Nullable ConnectionSource listener;

		boolean listening = true;

		boolean suspended;

		String listeningOffReason = "listening is switched off by PostgresEventBus.builder().listening(false)";

		ChannelStrategy channels = ChannelStrategy.single(ChannelStrategy.DEFAULT_CHANNEL);

		/** Null for the default, which has many classes. */
		@Nullable PayloadCodec codec;

		@Nullable SigningKey signingKey;

		List<SigningKey> alsoAccepted = List.of();

		@Nullable EventLogSettings log;

		int queueCapacity = DEFAULT_QUEUE_CAPACITY;

		int maxBatch = DEFAULT_MAX_BATCH;

		Duration publishTimeout = DEFAULT_PUBLISH_TIMEOUT;

		Duration lockTimeout = DEFAULT_LOCK_TIMEOUT;

		Duration heartbeat = DEFAULT_HEARTBEAT;

		/** Changed by tests only. */
		Duration networkTimeout = Duration.ofSeconds(10);

		Duration proofAge = Duration.ofMinutes(1);

		/** Changed by tests only. */
		Clock clock = Clock.systemUTC();

		Backoff backoff = new Backoff(DEFAULT_INITIAL_DELAY, DEFAULT_MULTIPLIER, DEFAULT_MAX_DELAY);

		ConnectionListener connectionListener = (previous, current) -> {
		};

		private Builder() {
		}

		/**
		 * Names the bus, for threads, logs and {@code pg_stat_activity}; "events" if
		 * never called.
		 * @param name the name
		 * @return this
		 */
		public Builder name(String name) {
			this.dispatcher.busName(name);
			return this;
		}

		/**
		 * Says whose bus it is, for {@code pg_stat_activity}, where many services have
		 * one: {@code pgevents events listener of shipping}.
		 * @param application the application's name, or null for none
		 * @return this
		 */
		public Builder application(@Nullable String application) {
			this.application = application;
			return this;
		}

		/**
		 * Sets where the bus's own connections go: both of them, or the publishing one
		 * where {@link #listener(ConnectionSource) listener} says otherwise for the
		 * listening one. A pool lends none of its connections, see
		 * {@link ConnectionSource#of(DataSource)}.
		 * @param dataSource the application's DataSource
		 * @return this
		 * @throws IllegalArgumentException if it does not say where it goes, or goes
		 * somewhere else than to PostgreSQL
		 */
		public Builder dataSource(DataSource dataSource) {
			this.dataSource = ConnectionSource.of(dataSource);
			return this;
		}

		/**
		 * Sets where the listening connection comes from, and the publishing one too
		 * unless {@link #dataSource(DataSource) dataSource} is called. It must be the
		 * server itself: behind a pooler in transaction mode nothing arrives. Where both
		 * connections come from it, it must lead both to the same: the publishing one
		 * takes the place of a listening one that was lost.
		 * @param listener opens connections
		 * @return this
		 */
		public Builder listener(ConnectionSource listener) {
			this.listener = Objects.requireNonNull(listener, "listener");
			return this;
		}

		/**
		 * Sets whether the bus waits for {@link PostgresEventBus#resume()} before it
		 * connects; it connects at once if never called.
		 * @param suspended whether it waits
		 * @return this
		 */
		public Builder suspended(boolean suspended) {
			this.suspended = suspended;
			return this;
		}

		/**
		 * Like {@link #listener(ConnectionSource)}, to where a DataSource goes.
		 * @param listener the DataSource, see {@link ConnectionSource#of(DataSource)}
		 * @return this
		 */
		public Builder listener(DataSource listener) {
			return listener(ConnectionSource.of(listener));
		}

		/**
		 * Sets whether to listen; true if never called. Without, publishing works, and
		 * {@code ready()} of subscriptions fails.
		 * @param listening whether to listen
		 * @return this
		 */
		public Builder listening(boolean listening) {
			this.listening = listening;
			return this;
		}

		/**
		 * Sets what {@code ready()} says where listening is switched off.
		 * @param reason names the setting that switched it off
		 * @return this
		 */
		public Builder listeningOffReason(String reason) {
			this.listeningOffReason = Objects.requireNonNull(reason, "reason");
			return this;
		}

		/**
		 * Sets the channels; the single channel {@value ChannelStrategy#DEFAULT_CHANNEL}
		 * if never called.
		 * @param channels the same strategy in all processes
		 * @return this
		 */
		public Builder channels(ChannelStrategy channels) {
			this.channels = Objects.requireNonNull(channels, "channels");
			return this;
		}

		/**
		 * Sets how payloads are written and read; {@link JacksonPayloadCodec} if never
		 * called.
		 * @param codec the codec
		 * @return this
		 */
		public Builder codec(PayloadCodec codec) {
			this.codec = Objects.requireNonNull(codec, "codec");
			return this;
		}

		/**
		 * Signs every event with a key that the services share, and refuses events that
		 * are not signed, or with none of the accepted keys: they are counted, logged,
		 * and raise a gap. No event is signed if never called. In order to change the
		 * key, have all services accept the new one first, then sign with it and accept
		 * the old one, and forget the old one in the end.
		 * @param key signs; accepted as well
		 * @param alsoAccepted other keys whose signatures are accepted
		 * @return this
		 */
		public Builder signing(SigningKey key, SigningKey... alsoAccepted) {
			this.signingKey = Objects.requireNonNull(key, "key");
			this.alsoAccepted = List.of(alsoAccepted);
			return this;
		}

		/**
		 * Switches the event log on: events are recorded as they are published, which
		 * groups need ({@link SubscriptionOptions.Builder#group group}). Without, a
		 * notification is all there is of an event. A bus that runs groups has a third
		 * connection of its own.
		 * @param log how the log is, the same in all processes; null for none
		 * @return this
		 */
		public Builder log(@Nullable EventLogSettings log) {
			this.log = log;
			return this;
		}

		/**
		 * Sets where handlers run; threads of the bus's own if never called.
		 * @param executor an executor that does not bound its threads, or null
		 * @return this
		 */
		public Builder executor(@Nullable Executor executor) {
			this.dispatcher.executor(executor);
			return this;
		}

		/**
		 * Sets whether the thread that reads the connection may run handlers itself; true
		 * if never called. It does so for few events at a time, and spares them the wait
		 * for another thread. Should a handler take its time, another thread reads on,
		 * after 4 milliseconds at most. It never does where there is an
		 * {@linkplain #executor(Executor) executor}.
		 * @param inlineHandlers false to have other threads run all handlers
		 * @return this
		 */
		public Builder inlineHandlers(boolean inlineHandlers) {
			this.dispatcher.inlineHandlers(inlineHandlers);
			return this;
		}

		/**
		 * Sets how many notifications may wait for the publishing connection;
		 * {@value #DEFAULT_QUEUE_CAPACITY} if never called.
		 * @param queueCapacity at least 1
		 * @return this
		 * @throws IllegalArgumentException if it is less than 1
		 */
		public Builder queueCapacity(int queueCapacity) {
			this.queueCapacity = Require.positive("queueCapacity", queueCapacity);
			return this;
		}

		/**
		 * Sets how many notifications are sent in one statement at most;
		 * {@value #DEFAULT_MAX_BATCH} if never called.
		 * @param maxBatch at least 1
		 * @return this
		 * @throws IllegalArgumentException if it is less than 1
		 */
		public Builder maxBatch(int maxBatch) {
			this.maxBatch = Require.positive("maxBatch", maxBatch);
			return this;
		}

		/**
		 * Sets how long publishing takes at most: waiting for room in the queue, for a
		 * connection and for the answer; 5 seconds if never called. Only what has waited
		 * in the queue is given up to the lock timeout and a second more for the answer.
		 * @param timeout a positive time
		 * @return this
		 * @throws IllegalArgumentException if it is not positive
		 */
		public Builder publishTimeout(Duration timeout) {
			this.publishTimeout = Require.positive("publishTimeout", timeout);
			return this;
		}

		/**
		 * Sets how long the publishing connection waits for PostgreSQL's commit lock; 2
		 * seconds if never called. Only the server's {@code lock_timeout} ends that wait:
		 * {@code statement_timeout} does not (measured with PostgreSQL 18).
		 * @param timeout a positive time
		 * @return this
		 * @throws IllegalArgumentException if it is not positive
		 */
		public Builder lockTimeout(Duration timeout) {
			this.lockTimeout = Require.positive("lockTimeout", timeout);
			return this;
		}

		/**
		 * Sets how often the listening connection is checked while nothing arrives; every
		 * 15 seconds if never called.
		 * @param heartbeat a positive time
		 * @return this
		 * @throws IllegalArgumentException if it is not positive
		 */
		public Builder heartbeat(Duration heartbeat) {
			this.heartbeat = Require.positive("heartbeat", heartbeat);
			return this;
		}

		/**
		 * Sets how long closing waits for handlers, and, as long again, for what was
		 * accepted to be sent; 10 seconds if never called.
		 * @param timeout a positive time
		 * @return this
		 * @throws IllegalArgumentException if it is not positive
		 */
		public Builder shutdownTimeout(Duration timeout) {
			this.dispatcher.shutdownTimeout(timeout);
			return this;
		}

		/**
		 * Sets when a running handler counts as slow and is reported; after 10 seconds if
		 * never called.
		 * @param threshold a positive time
		 * @return this
		 * @throws IllegalArgumentException if it is not positive
		 */
		public Builder slowHandlerThreshold(Duration threshold) {
			this.dispatcher.slowHandlerThreshold(threshold);
			return this;
		}

		/**
		 * Sets what is called for slow handlers, which are logged as well.
		 * @param listener the listener
		 * @return this
		 */
		public Builder slowHandlerListener(SlowHandlerListener listener) {
			this.dispatcher.slowHandlerListener(listener);
			return this;
		}

		/**
		 * Sets what is called when subscriptions are opened and closed.
		 * @param listener the listener
		 * @return this
		 */
		public Builder subscriptionListener(SubscriptionListener listener) {
			this.dispatcher.subscriptionListener(listener);
			return this;
		}

		/**
		 * Sets how long to wait between attempts to connect, for ever; from 100
		 * milliseconds, doubled each time, to 30 seconds if never called.
		 * @param initialDelay after the first failure
		 * @param multiplier how much longer each next wait is
		 * @param maxDelay the longest wait
		 * @return this
		 * @throws IllegalArgumentException as {@link Backoff} does
		 */
		public Builder backoff(Duration initialDelay, double multiplier, Duration maxDelay) {
			this.backoff = new Backoff(initialDelay, multiplier, maxDelay);
			return this;
		}

		/**
		 * Sets what is called for changes of the connection's state, which are logged as
		 * well.
		 * @param listener the listener
		 * @return this
		 */
		public Builder connectionListener(ConnectionListener listener) {
			this.connectionListener = Objects.requireNonNull(listener, "listener");
			return this;
		}

		/**
		 * Builds the bus and begins to connect, in the background, unless it is
		 * {@linkplain #suspended(boolean) suspended}.
		 * @return a new bus; close it when done
		 * @throws IllegalStateException if neither {@code dataSource} nor
		 * {@code listener} was called, or if it is to sign events and its channels have
		 * {@linkplain ChannelStrategy#stages() stages}
		 */
		public PostgresEventBus build() {
			PostgresEventBus bus = new PostgresEventBus(new BusConfiguration(this));
			bus.start(this.suspended);
			return bus;
		}

	}

}
