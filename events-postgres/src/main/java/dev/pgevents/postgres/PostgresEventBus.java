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
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

import javax.sql.DataSource;

import dev.pgevents.Backoff;
import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventHandler;
import dev.pgevents.EventStream;
import dev.pgevents.PayloadCodec;
import dev.pgevents.Publisher;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.dispatch.BusEventStream;
import dev.pgevents.dispatch.BusSubscription;
import dev.pgevents.dispatch.BusThreadFactory;
import dev.pgevents.dispatch.Dispatcher;
import dev.pgevents.dispatch.HandlerWork;
import dev.pgevents.dispatch.SlowHandlerListener;
import dev.pgevents.dispatch.SubscriptionListener;
import dev.pgevents.postgres.listen.Listener;
import dev.pgevents.postgres.listen.ListenerEvents;
import dev.pgevents.postgres.publish.GroupCommit;
import dev.pgevents.postgres.publish.Notification;
import dev.pgevents.postgres.publish.PublishingConnection;
import dev.pgevents.postgres.session.Session;
import dev.pgevents.postgres.session.SessionFactory;
import dev.pgevents.postgres.wire.NotificationReader;
import dev.pgevents.postgres.wire.NotificationWriter;
import dev.pgevents.postgres.wire.UnreadableNotificationException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An event bus over PostgreSQL LISTEN/NOTIFY. Holds two connections of its own, opened in
 * the background and reopened for ever: building a bus neither waits for the database nor
 * fails because of it. After a reconnection every subscription gets a
 * {@link dev.pgevents.Gap}. Thread-safe.
 *
 * @since 0.1
 */
public final class PostgresEventBus implements EventBus {

	private static final Logger logger = LoggerFactory.getLogger(PostgresEventBus.class);

	private static final Duration STATUS_PATIENCE = Duration.ofSeconds(5);

	private final String name;

	private final ConnectionSource source;

	private final ChannelStrategy channels;

	private final NotificationWriter writer;

	private final NotificationReader reader;

	private final Dispatcher dispatcher;

	private final GroupCommit groupCommit;

	private final @Nullable Listener listener;

	private final StateTracker state;

	private final String listeningOffReason;

	private final AtomicLong unreadable = new AtomicLong();

	private PostgresEventBus(Builder builder) {
		ConnectionSource source = builder.source();
		this.name = builder.name;
		this.source = source;
		Clock clock = Clock.systemUTC();
		this.channels = builder.channels;
		this.writer = new NotificationWriter(builder.codec);
		this.reader = new NotificationReader(builder.codec, clock);
		this.state = new StateTracker(builder.name, builder.connectionListener, clock);
		this.listeningOffReason = builder.listeningOffReason;
		this.dispatcher = Dispatcher.builder(builder.name)
			.executor(builder.executor)
			.slowHandlerThreshold(builder.slowHandlerThreshold)
			.slowHandlerListener(builder.slowHandlerListener)
			.subscriptionListener(builder.subscriptionListener)
			.shutdownTimeout(builder.shutdownTimeout)
			.clock(clock)
			.build();
		Duration patience = builder.publishTimeout.plus(builder.lockTimeout);
		SessionFactory publishingSessions = new SessionFactory(source::open, "pgevents " + builder.name + " publisher",
				patience, "SET lock_timeout = " + builder.lockTimeout.toMillis());
		this.groupCommit = new GroupCommit(
				new PublishingConnection(publishingSessions, builder.backoff, this::learnEncoding),
				builder.queueCapacity, builder.maxBatch, builder.publishTimeout, builder.shutdownTimeout,
				new BusThreadFactory(builder.name + "-publisher"));
		this.listener = builder.listening ? new Listener(
				new SessionFactory(source::open, "pgevents " + builder.name + " listener", Duration.ofSeconds(10), ""),
				new Events(), builder.backoff, builder.heartbeat, clock, this.dispatcher.threads()) : null;
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
		this.groupCommit.publish(List.of(notification(event)));
	}

	@Override
	public void publishAll(Collection<Event> events) {
		List<Notification> notifications = events.stream().map(this::notification).toList();
		if (!notifications.isEmpty()) {
			this.groupCommit.publish(notifications);
		}
	}

	@Override
	public CompletableFuture<Void> publishAsync(Event event) {
		return this.groupCommit.publishAsync(List.of(notification(event)));
	}

	/**
	 * Publishes on a connection of the caller's, in its transaction: delivered on commit,
	 * dropped on rollback, of a savepoint too. {@code publishAsync} stays outside of it.
	 * @param connection the caller's connection, for as long as the publisher is used
	 * @return a publisher with the threading of the connection
	 */
	public Publisher publisher(Connection connection) {
		return new ConnectionPublisher(Objects.requireNonNull(connection, "connection"), this::notification, this);
	}

	/**
	 * An event as it would be sent now: its payload is written and the size checked, so
	 * that it can be published later whatever becomes of the value.
	 * @param event the event
	 * @return the event with its payload as JSON
	 * @throws dev.pgevents.PayloadTooLargeException if it is too large for a notification
	 * @throws dev.pgevents.PayloadConversionException if its payload cannot be written
	 */
	public Event encode(Event event) {
		return this.writer.freeze(event);
	}

	@Override
	public Subscription subscribe(SubscriptionFilter filter, SubscriptionOptions options, EventHandler handler) {
		BusSubscription subscription = this.dispatcher.subscribe(filter, options, handler, this::closed);
		listen(subscription);
		return subscription;
	}

	@Override
	public EventStream open(SubscriptionFilter filter, SubscriptionOptions options) {
		BusEventStream stream = this.dispatcher.open(filter, options, this::closed);
		listen(stream);
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
	 * Asks the server how its notification queue is, on a connection that is opened for
	 * it: for operators to look at, not for a tight loop.
	 * @return the answer
	 * @throws SQLException if there is none
	 */
	public ServerStatus serverStatus() throws SQLException {
		try (SessionFactory sessions = new SessionFactory(this.source::open, "pgevents " + this.name + " status",
				STATUS_PATIENCE, "")) {
			return ServerProbe.ask(sessions);
		}
	}

	/**
	 * How many notifications could not be read.
	 * @return the number since the bus was built
	 */
	public long unreadableNotifications() {
		return this.unreadable.get();
	}

	@Override
	public Collection<Subscription> subscriptions() {
		return List.copyOf(this.dispatcher.subscriptions());
	}

	@Override
	public boolean isDelivering() {
		return this.state.state() == ConnectionState.LISTENING;
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

	private void start() {
		if (this.listener != null) {
			this.listener.start();
		}
		else {
			this.state.deaf(this.listeningOffReason);
		}
	}

	private void listen(BusSubscription subscription) {
		if (this.listener != null) {
			this.listener.add(subscription, this.channels.channelsOf(subscription.filter()));
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

	private Notification notification(Event event) {
		return new Notification(ChannelNames.checked(this.channels.channelOf(event)), this.writer.write(event));
	}

	private void learnEncoding(Session session) {
		this.writer.serverEncoding(session.serverEncoding());
	}

	/** What the listening thread tells. */
	private final class Events implements ListenerEvents {

		@Override
		public boolean onNotification(String notification, @Nullable HandlerWork work) {
			try {
				Event event = PostgresEventBus.this.reader.read(notification);
				if (work != null) {
					PostgresEventBus.this.dispatcher.dispatch(event, work);
				}
				else {
					PostgresEventBus.this.dispatcher.dispatch(event);
				}
				return true;
			}
			catch (UnreadableNotificationException ex) {
				logUnreadable(notification.length(), ex);
				return false;
			}
		}

		private void logUnreadable(int length, UnreadableNotificationException ex) {
			long count = PostgresEventBus.this.unreadable.incrementAndGet();
			if (Long.bitCount(count) == 1) {
				logger.warn("a notification of {} characters cannot be read: {}; {} by now, subscriptions are told of "
						+ "the gap", length, ex.getMessage(), count);
			}
		}

		@Override
		public void onSession(Session session) {
			learnEncoding(session);
			if (!session.isWakeable()) {
				logger.warn("the connection has a socket factory of its own, which the bus leaves in place: each "
						+ "delivery takes a millisecond more, and under a steady load much more");
			}
		}

		@Override
		public void onConnecting() {
			PostgresEventBus.this.state.connecting();
		}

		@Override
		public void onListening() {
			PostgresEventBus.this.state.listening();
		}

		@Override
		public void onDeaf(String reason) {
			PostgresEventBus.this.state.deaf(reason);
		}

		@Override
		public void onLost(Throwable cause) {
			PostgresEventBus.this.state.lost(cause);
		}

		@Override
		public void sendProof(String channel, String text) {
			PostgresEventBus.this.groupCommit.publishAsync(List.of(new Notification(channel, text)))
				.exceptionally((failure) -> {
					logger.debug("the proof of delivery could not be sent", failure);
					return null;
				});
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
		public static final Duration DEFAULT_SHUTDOWN_TIMEOUT = Duration.ofSeconds(10);

		/** The default slow handler threshold. */
		public static final Duration DEFAULT_SLOW_HANDLER_THRESHOLD = Duration.ofSeconds(10);

		/** The default wait after the first failed attempt to connect. */
		public static final Duration DEFAULT_INITIAL_DELAY = Duration.ofMillis(100);

		/** The default for how much longer each next wait is. */
		public static final double DEFAULT_MULTIPLIER = 2.0;

		/** The default for the longest wait between attempts to connect. */
		public static final Duration DEFAULT_MAX_DELAY = Duration.ofSeconds(30);

		private String name = "events";

		private @Nullable ConnectionSource dataSource;

		private @Nullable ConnectionSource listener;

		private boolean listening = true;

		private String listeningOffReason = "listening is switched off by PostgresEventBus.builder().listening(false)";

		private ChannelStrategy channels = ChannelStrategy.single(ChannelStrategy.DEFAULT_CHANNEL);

		private PayloadCodec codec = new JacksonPayloadCodec();

		private @Nullable Executor executor;

		private int queueCapacity = DEFAULT_QUEUE_CAPACITY;

		private int maxBatch = DEFAULT_MAX_BATCH;

		private Duration publishTimeout = DEFAULT_PUBLISH_TIMEOUT;

		private Duration lockTimeout = DEFAULT_LOCK_TIMEOUT;

		private Duration heartbeat = DEFAULT_HEARTBEAT;

		private Duration shutdownTimeout = DEFAULT_SHUTDOWN_TIMEOUT;

		private Duration slowHandlerThreshold = DEFAULT_SLOW_HANDLER_THRESHOLD;

		private SlowHandlerListener slowHandlerListener = (subscription, delivery, runningFor) -> {
		};

		private SubscriptionListener subscriptionListener = SubscriptionListener.NONE;

		private Backoff backoff = new Backoff(DEFAULT_INITIAL_DELAY, DEFAULT_MULTIPLIER, DEFAULT_MAX_DELAY);

		private ConnectionListener connectionListener = (previous, current) -> {
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
			this.name = Objects.requireNonNull(name, "name");
			return this;
		}

		/**
		 * Sets where the bus's own connections come from, unless {@link #listener} says
		 * so.
		 * @param dataSource best one of pgjdbc, not a pool, see
		 * {@link ConnectionSource#of(DataSource)}
		 * @return this
		 */
		public Builder dataSource(DataSource dataSource) {
			this.dataSource = ConnectionSource.of(dataSource);
			return this;
		}

		/**
		 * Sets where the bus's own connections come from: the listening and the
		 * publishing one.
		 * @param listener opens connections
		 * @return this
		 */
		public Builder listener(ConnectionSource listener) {
			this.listener = Objects.requireNonNull(listener, "listener");
			return this;
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
		 * Sets where handlers run; threads of the bus's own if never called.
		 * @param executor an executor that does not bound its threads, or null
		 * @return this
		 */
		public Builder executor(@Nullable Executor executor) {
			this.executor = executor;
			return this;
		}

		/**
		 * Sets how many notifications may wait for the publishing connection.
		 * @param queueCapacity at least 1
		 * @return this
		 */
		public Builder queueCapacity(int queueCapacity) {
			this.queueCapacity = positive("queueCapacity", queueCapacity);
			return this;
		}

		/**
		 * Sets how many notifications are sent in one statement at most.
		 * @param maxBatch at least 1
		 * @return this
		 */
		public Builder maxBatch(int maxBatch) {
			this.maxBatch = positive("maxBatch", maxBatch);
			return this;
		}

		/**
		 * Sets how long a publishing thread waits for room in the queue, and an event for
		 * being sent.
		 * @param timeout a positive time
		 * @return this
		 */
		public Builder publishTimeout(Duration timeout) {
			this.publishTimeout = positive("publishTimeout", timeout);
			return this;
		}

		/**
		 * Sets how long the publishing connection waits for PostgreSQL's commit lock.
		 * @param timeout a positive time
		 * @return this
		 */
		public Builder lockTimeout(Duration timeout) {
			this.lockTimeout = positive("lockTimeout", timeout);
			return this;
		}

		/**
		 * Sets how often the listening connection is checked while nothing arrives.
		 * @param heartbeat a positive time
		 * @return this
		 */
		public Builder heartbeat(Duration heartbeat) {
			this.heartbeat = positive("heartbeat", heartbeat);
			return this;
		}

		/**
		 * Sets how long closing waits for handlers, and for what was accepted to be sent.
		 * @param timeout a positive time
		 * @return this
		 */
		public Builder shutdownTimeout(Duration timeout) {
			this.shutdownTimeout = positive("shutdownTimeout", timeout);
			return this;
		}

		/**
		 * Sets when a running handler counts as slow.
		 * @param threshold a positive time
		 * @return this
		 */
		public Builder slowHandlerThreshold(Duration threshold) {
			this.slowHandlerThreshold = positive("slowHandlerThreshold", threshold);
			return this;
		}

		/**
		 * Sets who is told of slow handlers, besides the log.
		 * @param listener the listener
		 * @return this
		 */
		public Builder slowHandlerListener(SlowHandlerListener listener) {
			this.slowHandlerListener = Objects.requireNonNull(listener, "listener");
			return this;
		}

		/**
		 * Sets who is told of subscriptions that are opened and closed.
		 * @param listener the listener
		 * @return this
		 */
		public Builder subscriptionListener(SubscriptionListener listener) {
			this.subscriptionListener = Objects.requireNonNull(listener, "listener");
			return this;
		}

		/**
		 * Sets how long to wait between attempts to connect.
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
		 * Sets who is told of changes of the connection's state.
		 * @param listener the listener
		 * @return this
		 */
		public Builder connectionListener(ConnectionListener listener) {
			this.connectionListener = Objects.requireNonNull(listener, "listener");
			return this;
		}

		/**
		 * Builds the bus and begins to connect, in the background.
		 * @return a new bus; close it when done
		 * @throws IllegalStateException if neither a data source nor a listener source
		 * was given
		 */
		public PostgresEventBus build() {
			PostgresEventBus bus = new PostgresEventBus(this);
			bus.start();
			return bus;
		}

		private ConnectionSource source() {
			ConnectionSource source = (this.listener != null) ? this.listener : this.dataSource;
			if (source == null) {
				throw new IllegalStateException("the bus has no connections: call dataSource(...) or listener(...)");
			}
			return source;
		}

		private static int positive(String name, int value) {
			if (value < 1) {
				throw new IllegalArgumentException(name + " is " + value + ", it must be at least 1");
			}
			return value;
		}

		private static Duration positive(String name, Duration value) {
			if (value.isNegative() || value.isZero()) {
				throw new IllegalArgumentException(name + " is " + value + ", it must be positive");
			}
			return value;
		}

	}

}
