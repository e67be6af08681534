package dev.pgevents.postgres;

import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Executor;

import javax.sql.DataSource;

import dev.pgevents.Backoff;
import dev.pgevents.PayloadCodec;
import dev.pgevents.internal.dispatch.SlowHandlerListener;
import dev.pgevents.internal.dispatch.SubscriptionListener;
import dev.pgevents.postgres.internal.wire.NotificationSigner;
import org.jspecify.annotations.Nullable;

/**
 * What can be set for a bus, with defaults and checks: the part of
 * {@link PostgresEventBus.Builder} that is told, as opposed to what it makes of it.
 *
 * @param <B> the builder
 */
abstract sealed class BusSettings<B extends BusSettings<B>> permits PostgresEventBus.Builder {

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

	String name = "events";

	@Nullable String application;

	@Nullable ConnectionSource dataSource;

	@Nullable ConnectionSource listener;

	boolean listening = true;

	boolean suspended;

	String listeningOffReason = "listening is switched off by PostgresEventBus.builder().listening(false)";

	ChannelStrategy channels = ChannelStrategy.single(ChannelStrategy.DEFAULT_CHANNEL);

	PayloadCodec codec = new JacksonPayloadCodec();

	@Nullable SigningKey signingKey;

	List<SigningKey> alsoAccepted = List.of();

	@Nullable Executor executor;

	int queueCapacity = DEFAULT_QUEUE_CAPACITY;

	int maxBatch = DEFAULT_MAX_BATCH;

	Duration publishTimeout = DEFAULT_PUBLISH_TIMEOUT;

	Duration lockTimeout = DEFAULT_LOCK_TIMEOUT;

	Duration heartbeat = DEFAULT_HEARTBEAT;

	/** Changed by tests only. */
	Duration networkTimeout = Duration.ofSeconds(10);

	/** Changed by tests only. */
	Clock clock = Clock.systemUTC();

	Duration shutdownTimeout = DEFAULT_SHUTDOWN_TIMEOUT;

	Duration slowHandlerThreshold = DEFAULT_SLOW_HANDLER_THRESHOLD;

	SlowHandlerListener slowHandlerListener = (subscription, delivery, runningFor) -> {
	};

	SubscriptionListener subscriptionListener = SubscriptionListener.NONE;

	Backoff backoff = new Backoff(DEFAULT_INITIAL_DELAY, DEFAULT_MULTIPLIER, DEFAULT_MAX_DELAY);

	ConnectionListener connectionListener = (previous, current) -> {
	};

	/**
	 * Names the bus, for threads, logs and {@code pg_stat_activity}; "events" if never
	 * called.
	 * @param name the name
	 * @return this
	 */
	public B name(String name) {
		this.name = Objects.requireNonNull(name, "name");
		return self();
	}

	/**
	 * Says whose bus it is, for {@code pg_stat_activity}, where many services have one:
	 * {@code pgevents events listener of shipping}.
	 * @param application the application's name, or null for none
	 * @return this
	 */
	public B application(@Nullable String application) {
		this.application = application;
		return self();
	}

	/**
	 * Sets where the bus's own connections go: both of them, or the publishing one where
	 * {@link #listener(ConnectionSource) listener} says otherwise for the listening one.
	 * A pool lends none of its connections, see {@link ConnectionSource#of(DataSource)}.
	 * @param dataSource the application's DataSource
	 * @return this
	 * @throws IllegalArgumentException if it does not tell where it goes, or goes
	 * somewhere else than to PostgreSQL
	 */
	public B dataSource(DataSource dataSource) {
		this.dataSource = ConnectionSource.of(dataSource);
		return self();
	}

	/**
	 * Sets where the listening connection comes from, and the publishing one too unless
	 * {@link #dataSource(DataSource) dataSource} is called. It must be the server itself:
	 * behind a pooler in transaction mode nothing arrives.
	 * @param listener opens connections
	 * @return this
	 */
	public B listener(ConnectionSource listener) {
		this.listener = Objects.requireNonNull(listener, "listener");
		return self();
	}

	/**
	 * Sets whether the bus waits for {@link PostgresEventBus#resume()} before it
	 * connects; it connects at once if never called.
	 * @param suspended whether it waits
	 * @return this
	 */
	public B suspended(boolean suspended) {
		this.suspended = suspended;
		return self();
	}

	/**
	 * Like {@link #listener(ConnectionSource)}, to where a DataSource goes.
	 * @param listener the DataSource, see {@link ConnectionSource#of(DataSource)}
	 * @return this
	 */
	public B listener(DataSource listener) {
		return listener(ConnectionSource.of(listener));
	}

	/**
	 * Sets whether to listen; true if never called. Without, publishing works, and
	 * {@code ready()} of subscriptions fails.
	 * @param listening whether to listen
	 * @return this
	 */
	public B listening(boolean listening) {
		this.listening = listening;
		return self();
	}

	/**
	 * Sets what {@code ready()} says where listening is switched off.
	 * @param reason names the setting that switched it off
	 * @return this
	 */
	public B listeningOffReason(String reason) {
		this.listeningOffReason = Objects.requireNonNull(reason, "reason");
		return self();
	}

	/**
	 * Sets the channels; the single channel {@value ChannelStrategy#DEFAULT_CHANNEL} if
	 * never called.
	 * @param channels the same strategy in all processes
	 * @return this
	 */
	public B channels(ChannelStrategy channels) {
		this.channels = Objects.requireNonNull(channels, "channels");
		return self();
	}

	/**
	 * Sets how payloads are written and read; {@link JacksonPayloadCodec} if never
	 * called.
	 * @param codec the codec
	 * @return this
	 */
	public B codec(PayloadCodec codec) {
		this.codec = Objects.requireNonNull(codec, "codec");
		return self();
	}

	/**
	 * Signs every event with a key that the services share, and refuses events that are
	 * not signed, or with none of the accepted keys: they are counted, logged, and raise
	 * a gap. No event is signed if never called. In order to change the key, have all
	 * services accept the new one first, then sign with it and accept the old one, and
	 * forget the old one in the end.
	 * @param key signs; accepted as well
	 * @param alsoAccepted other keys whose signatures are accepted
	 * @return this
	 */
	public B signing(SigningKey key, SigningKey... alsoAccepted) {
		this.signingKey = Objects.requireNonNull(key, "key");
		this.alsoAccepted = List.of(alsoAccepted);
		return self();
	}

	/**
	 * Sets where handlers run; threads of the bus's own if never called.
	 * @param executor an executor that does not bound its threads, or null
	 * @return this
	 */
	public B executor(@Nullable Executor executor) {
		this.executor = executor;
		return self();
	}

	/**
	 * Sets how many notifications may wait for the publishing connection;
	 * {@value #DEFAULT_QUEUE_CAPACITY} if never called.
	 * @param queueCapacity at least 1
	 * @return this
	 * @throws IllegalArgumentException if it is less than 1
	 */
	public B queueCapacity(int queueCapacity) {
		this.queueCapacity = positive("queueCapacity", queueCapacity);
		return self();
	}

	/**
	 * Sets how many notifications are sent in one statement at most;
	 * {@value #DEFAULT_MAX_BATCH} if never called.
	 * @param maxBatch at least 1
	 * @return this
	 * @throws IllegalArgumentException if it is less than 1
	 */
	public B maxBatch(int maxBatch) {
		this.maxBatch = positive("maxBatch", maxBatch);
		return self();
	}

	/**
	 * Sets how long publishing takes at most: waiting for room in the queue, for a
	 * connection and for the answer; 5 seconds if never called. Only what has waited in
	 * the queue is given up to the lock timeout and a second more for the answer.
	 * @param timeout a positive time
	 * @return this
	 * @throws IllegalArgumentException if it is not positive
	 */
	public B publishTimeout(Duration timeout) {
		this.publishTimeout = positive("publishTimeout", timeout);
		return self();
	}

	/**
	 * Sets how long the publishing connection waits for PostgreSQL's commit lock; 2
	 * seconds if never called. Only the server's {@code lock_timeout} ends that wait:
	 * {@code statement_timeout} does not (measured with PostgreSQL 18).
	 * @param timeout a positive time
	 * @return this
	 * @throws IllegalArgumentException if it is not positive
	 */
	public B lockTimeout(Duration timeout) {
		this.lockTimeout = positive("lockTimeout", timeout);
		return self();
	}

	/**
	 * Sets how often the listening connection is checked while nothing arrives; every 15
	 * seconds if never called.
	 * @param heartbeat a positive time
	 * @return this
	 * @throws IllegalArgumentException if it is not positive
	 */
	public B heartbeat(Duration heartbeat) {
		this.heartbeat = positive("heartbeat", heartbeat);
		return self();
	}

	/**
	 * Sets how long closing waits for handlers, and, as long again, for what was accepted
	 * to be sent; 10 seconds if never called.
	 * @param timeout a positive time
	 * @return this
	 * @throws IllegalArgumentException if it is not positive
	 */
	public B shutdownTimeout(Duration timeout) {
		this.shutdownTimeout = positive("shutdownTimeout", timeout);
		return self();
	}

	/**
	 * Sets when a running handler counts as slow and is reported; after 10 seconds if
	 * never called.
	 * @param threshold a positive time
	 * @return this
	 * @throws IllegalArgumentException if it is not positive
	 */
	public B slowHandlerThreshold(Duration threshold) {
		this.slowHandlerThreshold = positive("slowHandlerThreshold", threshold);
		return self();
	}

	/**
	 * Sets who is told of slow handlers, besides the log.
	 * @param listener the listener
	 * @return this
	 */
	public B slowHandlerListener(SlowHandlerListener listener) {
		this.slowHandlerListener = Objects.requireNonNull(listener, "listener");
		return self();
	}

	/**
	 * Sets who is told of subscriptions that are opened and closed.
	 * @param listener the listener
	 * @return this
	 */
	public B subscriptionListener(SubscriptionListener listener) {
		this.subscriptionListener = Objects.requireNonNull(listener, "listener");
		return self();
	}

	/**
	 * Sets how long to wait between attempts to connect, for ever; from 100 milliseconds,
	 * doubled each time, to 30 seconds if never called.
	 * @param initialDelay after the first failure
	 * @param multiplier how much longer each next wait is
	 * @param maxDelay the longest wait
	 * @return this
	 * @throws IllegalArgumentException as {@link Backoff} does
	 */
	public B backoff(Duration initialDelay, double multiplier, Duration maxDelay) {
		this.backoff = new Backoff(initialDelay, multiplier, maxDelay);
		return self();
	}

	/**
	 * Sets who is told of changes of the connection's state, besides the log.
	 * @param listener the listener
	 * @return this
	 */
	public B connectionListener(ConnectionListener listener) {
		this.connectionListener = Objects.requireNonNull(listener, "listener");
		return self();
	}

	/**
	 * The builder itself.
	 * @return this
	 */
	abstract B self();

	/** Signs and checks notifications, if that is wanted. */
	@Nullable NotificationSigner signer() {
		return (this.signingKey != null) ? new NotificationSigner(this.signingKey.secret(),
				this.alsoAccepted.stream().map(SigningKey::secret).toList()) : null;
	}

	/**
	 * What a connection is called in {@code pg_stat_activity}; the server cuts it off.
	 */
	String applicationName(String purpose) {
		String connection = "pgevents " + this.name + " " + purpose;
		return (this.application != null) ? connection + " of " + this.application : connection;
	}

	/** Where the listening connection comes from. */
	ConnectionSource listeningSource() {
		return either(this.listener, this.dataSource);
	}

	/** Where the publishing connection comes from. */
	ConnectionSource publishingSource() {
		return either(this.dataSource, this.listener);
	}

	private static ConnectionSource either(@Nullable ConnectionSource first, @Nullable ConnectionSource second) {
		ConnectionSource source = (first != null) ? first : second;
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
