package dev.pgevents.spring.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Set;

import dev.pgevents.OverflowPolicy;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.ChannelStrategy;
import dev.pgevents.postgres.EventLogSettings;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.spring.PublishMode;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * The {@code events.*} properties. Every default equals the core's own.
 *
 * @param enabled Whether domain events are auto-configured.
 * @param backend What carries the events.
 * @param postgres Where the bus's own two connections go.
 * @param channels Which channels events use.
 * @param payload How payloads become JSON.
 * @param publisher How events are published.
 * @param listener How events are received.
 * @param security Whose events are believed.
 * @param applicationEvents Which received events become Spring application events.
 * @param log Whether and how events are recorded, which groups need.
 * @since 0.1
 */
@ConfigurationProperties("events")
public record EventsProperties(@DefaultValue("true") boolean enabled, @DefaultValue("postgres") Backend backend,
		@DefaultValue Postgres postgres, @DefaultValue Channels channels, @DefaultValue Payload payload,
		@DefaultValue Publisher publisher, @DefaultValue Listener listener, @DefaultValue Security security,
		@DefaultValue ApplicationEvents applicationEvents, @DefaultValue Log log) {

	/** What carries the events. */
	public enum Backend {

		/** PostgreSQL's LISTEN/NOTIFY. */
		POSTGRES,

		/** This process alone, for tests and single processes. */
		IN_MEMORY

	}

	/**
	 * Where the bus's own two connections go.
	 *
	 * @param url JDBC URL of the database itself, where the application's pool goes
	 * through a transaction-pooling proxy or the details cannot be derived from it.
	 * @param username User for the URL.
	 * @param password Password for the URL.
	 */
	public record Postgres(@Nullable String url, @Nullable String username, @Nullable String password) {

		@Override
		public String toString() {
			return "Postgres[username=" + this.username + "]"; // URLs may hold passwords
		}

	}

	/**
	 * How payloads become JSON; the same in all services.
	 *
	 * @param mapper Whose JSON mapper writes and reads payloads.
	 */
	public record Payload(@DefaultValue("library") Mapper mapper) {

		/** Whose JSON mapper writes and reads payloads. */
		public enum Mapper {

			/** One of the library's own, whatever spring.jackson says. */
			LIBRARY,

			/** The application's, of Jackson 3 or, if there is none, of Jackson 2. */
			APPLICATION

		}

	}

	/**
	 * Which channels events use; the same in all services.
	 *
	 * @param strategy How events are spread over channels.
	 * @param name Name of the single channel, or what the channels' names begin with. At
	 * most 63 bytes each.
	 * @param partitions Number of channels with the strategy "per-app", 1 to 1024.
	 * @param types Event types with a channel of their own with the strategy "per-type",
	 * those of the library's catalogue if empty. One may end in ".*": a channel for the
	 * group.
	 * @param stages Whether to hear, besides, what the services of a rollups node notify
	 * on a channel for each stage ("epoch_closed").
	 */
	public record Channels(@DefaultValue("single") Strategy strategy,
			@DefaultValue(ChannelStrategy.DEFAULT_CHANNEL) String name,
			@DefaultValue("" + Channels.DEFAULT_PARTITIONS) int partitions, @DefaultValue Set<String> types,
			@DefaultValue("false") boolean stages) {

		static final int DEFAULT_PARTITIONS = 16;

		/** How events are spread over channels. */
		public enum Strategy {

			/** One channel for everything. */
			SINGLE,

			/** A channel for each type or group that is listed, one for all others. */
			PER_TYPE,

			/** App ids hashed over a fixed number of channels. */
			PER_APP

		}

	}

	/**
	 * How events are published.
	 *
	 * @param mode When an event published in a transaction leaves.
	 * @param queueCapacity Number of events that may wait for the publishing connection.
	 * @param maxBatch Number of events sent in one statement at most.
	 * @param timeout Time a publishing thread waits for room in the queue, and an event
	 * for being sent.
	 * @param lockTimeout Time the publishing connection waits for PostgreSQL's commit
	 * lock.
	 */
	public record Publisher(@DefaultValue("transactional") PublishMode mode,
			@DefaultValue("" + PostgresEventBus.Builder.DEFAULT_QUEUE_CAPACITY) int queueCapacity,
			@DefaultValue("" + PostgresEventBus.Builder.DEFAULT_MAX_BATCH) int maxBatch,
			@DefaultValue("5s") Duration timeout, @DefaultValue("2s") Duration lockTimeout) {

	}

	/**
	 * How events are received.
	 *
	 * @param enabled Whether to open a listening connection. Without, publishing works,
	 * and synchronizing methods poll.
	 * @param autoStartup Whether to subscribe handler methods when the application
	 * starts.
	 * @param bufferSize Number of events that may wait for a handler method.
	 * @param overflow What happens to an event for which there is no room.
	 * @param concurrency Number of events a handler method may handle at a time.
	 * @param heartbeat Time without traffic after which the connection is checked.
	 * @param shutdownTimeout Time to wait at shutdown for the events in hand.
	 * @param slowHandlerThreshold Time after which a running handler is reported.
	 * @param inlineHandlers Whether the thread that reads the connection may run handlers
	 * itself, which spares an event the wait for another thread.
	 * @param recovery How a lost connection is made again.
	 */
	public record Listener(@DefaultValue("true") boolean enabled, @DefaultValue("true") boolean autoStartup,
			@DefaultValue("" + SubscriptionOptions.DEFAULT_BUFFER_SIZE) int bufferSize,
			@DefaultValue("drop-oldest") OverflowPolicy overflow, @DefaultValue("1") int concurrency,
			@DefaultValue("15s") Duration heartbeat, @DefaultValue("10s") Duration shutdownTimeout,
			@DefaultValue("10s") Duration slowHandlerThreshold, @DefaultValue("true") boolean inlineHandlers,
			@DefaultValue Recovery recovery) {

	}

	/**
	 * Whether and how events are recorded in the database, for handlers that belong to a
	 * group; the same in all services.
	 *
	 * @param enabled Whether events are recorded as they are published.
	 * @param initialize Whether the tables are made where they are missing.
	 * @param schema Schema of the tables.
	 * @param tablePrefix What the tables' names begin with.
	 * @param partitions Number of partitions, 1 to 1024; fixed once the tables are made.
	 * @param types Types of events that are recorded; all by default.
	 * @param maxSize Largest event that is recorded.
	 * @param retention Time that events are kept at least; after that until all groups
	 * have passed them.
	 * @param retentionMax Time that events are kept at most, though a group has not
	 * handled them; without end by default.
	 * @param retry How often a group tries an event that its handler fails with.
	 * @param acknowledgeEvery Number of events after which positions are written, where
	 * handlers have no transaction; they are after a tenth of a second anyway.
	 * @param pageSize Number of events that are read at a time.
	 */
	public record Log(@DefaultValue("false") boolean enabled, @DefaultValue("always") Initialize initialize,
			@DefaultValue(EventLogSettings.DEFAULT_SCHEMA) String schema,
			@DefaultValue(EventLogSettings.DEFAULT_TABLE_PREFIX) String tablePrefix,
			@DefaultValue("" + EventLogSettings.DEFAULT_PARTITIONS) int partitions, @DefaultValue Set<String> types,
			@DefaultValue("1MB") DataSize maxSize, @DefaultValue("7d") Duration retention,
			@Nullable Duration retentionMax, @DefaultValue Retry retry,
			@DefaultValue("" + EventLogSettings.DEFAULT_ACKNOWLEDGE_EVERY) int acknowledgeEvery,
			@DefaultValue("" + EventLogSettings.DEFAULT_PAGE_SIZE) int pageSize) {

		/** Whether the tables are made where they are missing. */
		public enum Initialize {

			/** They are. */
			ALWAYS,

			/** They are not: a migration of the application makes them. */
			NEVER

		}

	}

	/**
	 * How often a group tries an event that its handler fails with, before it is parked.
	 *
	 * @param maxAttempts Number of attempts.
	 * @param initialDelay Wait after the first failed attempt.
	 * @param multiplier How much longer each next wait is.
	 * @param maxDelay Longest wait.
	 */
	public record Retry(@DefaultValue("" + EventLogSettings.DEFAULT_MAX_ATTEMPTS) int maxAttempts,
			@DefaultValue("1s") Duration initialDelay, @DefaultValue("2.0") double multiplier,
			@DefaultValue("5m") Duration maxDelay) {

	}

	/**
	 * How a lost connection is made again: at once, then with growing waits, for ever.
	 *
	 * @param initialDelay Wait after the first failed attempt.
	 * @param multiplier How much longer each next wait is.
	 * @param maxDelay Longest wait.
	 */
	public record Recovery(@DefaultValue("100ms") Duration initialDelay, @DefaultValue("2.0") double multiplier,
			@DefaultValue("30s") Duration maxDelay) {

	}

	/**
	 * Whose events are believed; the same in all services.
	 *
	 * @param signingKey Key with which events are signed, at least 32 bytes. Events that
	 * are not signed with an accepted key are refused. Without, every event is accepted.
	 * @param verificationKeys Further keys whose signatures are accepted, while the
	 * signing key is being changed.
	 */
	public record Security(@Nullable String signingKey, @DefaultValue List<String> verificationKeys) {

		@Override
		public String toString() {
			return "Security[signed=" + (this.signingKey != null) + "]"; // no secrets
		}

	}

	/**
	 * Which received events become Spring application events.
	 *
	 * @param enabled Whether received events, gaps and connection changes become
	 * application events, where a listener accepts them.
	 * @param types Event types, all if empty. One may end in ".*".
	 * @param apps App ids, all if empty.
	 * @param transactional Whether to open a transaction around each of them, as
	 * transactional event listeners need.
	 */
	public record ApplicationEvents(@DefaultValue("true") boolean enabled, @DefaultValue Set<String> types,
			@DefaultValue Set<String> apps, @DefaultValue("false") boolean transactional) {

	}

}
