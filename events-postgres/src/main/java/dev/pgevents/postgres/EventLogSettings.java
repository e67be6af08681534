package dev.pgevents.postgres;

import java.time.Duration;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

import dev.pgevents.Backoff;
import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.internal.group.GroupSettings;
import dev.pgevents.internal.group.Partitions;
import dev.pgevents.internal.util.Require;
import dev.pgevents.postgres.internal.eventlog.Expiry;
import dev.pgevents.postgres.internal.eventlog.LogNames;
import dev.pgevents.postgres.internal.eventlog.PostgresLog;
import org.jspecify.annotations.Nullable;

/**
 * How the event log of a bus is: where its tables are, what it records, and how groups
 * work on it. Immutable.
 *
 * @since 0.1
 */
public final class EventLogSettings {

	/** The default schema. */
	public static final String DEFAULT_SCHEMA = LogNames.DEFAULT_SCHEMA;

	/** The default prefix of the tables' names. */
	public static final String DEFAULT_TABLE_PREFIX = LogNames.DEFAULT_PREFIX;

	/** The default number of partitions. */
	public static final int DEFAULT_PARTITIONS = Partitions.DEFAULT;

	/** The default for the largest event, in bytes. */
	public static final int DEFAULT_MAX_SIZE = 1 << 20;

	/** The default for how long events are kept. */
	public static final Duration DEFAULT_RETENTION = Expiry.DEFAULT_RETENTION;

	/** The default for how often an event is tried. */
	public static final int DEFAULT_MAX_ATTEMPTS = GroupSettings.DEFAULT_MAX_ATTEMPTS;

	/** The default waits between attempts. */
	public static final Backoff DEFAULT_RETRY = GroupSettings.DEFAULT_RETRY;

	/** The default for how many events are read at a time. */
	public static final int DEFAULT_PAGE_SIZE = GroupSettings.DEFAULT_PAGE_SIZE;

	/** The default for after how many events positions are written at the latest. */
	public static final int DEFAULT_ACKNOWLEDGE_EVERY = GroupSettings.DEFAULT_ACKNOWLEDGE_EVERY;

	private final LogNames names;

	private final Partitions partitions;

	private final boolean initialize;

	private final Expiry expiry;

	private final SubscriptionFilter types;

	private final Function<Event, Optional<Boolean>> decision;

	private final int maxSize;

	private final GroupSettings groups;

	private EventLogSettings(Builder builder) {
		this.names = new LogNames(builder.schema, builder.tablePrefix);
		this.partitions = new Partitions(builder.partitions);
		this.initialize = builder.initialize;
		this.expiry = new Expiry(builder.retention, builder.retentionMax);
		this.types = builder.types;
		this.decision = builder.decision;
		this.maxSize = builder.maxSize;
		this.groups = new GroupSettings(builder.maxAttempts, builder.retry, builder.pageSize, builder.acknowledgeEvery,
				GroupSettings.ACKNOWLEDGE_AFTER, GroupSettings.LOOK);
	}

	/**
	 * Returns the defaults.
	 * @return settings
	 */
	public static EventLogSettings defaults() {
		return builder().build();
	}

	/**
	 * Starts from the defaults.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Returns how large an event may be.
	 * @return the size in bytes, envelope included
	 */
	public int maxSize() {
		return this.maxSize;
	}

	/**
	 * Returns whether events of a type are recorded.
	 * @param type the type
	 * @return whether they are
	 */
	public boolean records(EventType type) {
		return this.types.matchesType(type);
	}

	/**
	 * Returns whether an event is recorded.
	 * @param event the event, as it is published
	 * @return whether it is
	 */
	public boolean records(Event event) {
		return this.decision.apply(event).orElseGet(() -> records(event.type()));
	}

	PostgresLog.Tables tables() {
		return new PostgresLog.Tables(this.names, this.partitions, this.initialize, this.expiry);
	}

	GroupSettings groups() {
		return this.groups;
	}

	/**
	 * Builds settings. Not thread-safe.
	 */
	public static final class Builder {

		private String schema = DEFAULT_SCHEMA;

		private String tablePrefix = DEFAULT_TABLE_PREFIX;

		private int partitions = DEFAULT_PARTITIONS;

		private boolean initialize = true;

		private SubscriptionFilter types = SubscriptionFilter.all();

		private Function<Event, Optional<Boolean>> decision = (event) -> Optional.empty();

		private int maxSize = DEFAULT_MAX_SIZE;

		private Duration retention = DEFAULT_RETENTION;

		private @Nullable Duration retentionMax;

		private int maxAttempts = DEFAULT_MAX_ATTEMPTS;

		private Backoff retry = DEFAULT_RETRY;

		private int pageSize = DEFAULT_PAGE_SIZE;

		private int acknowledgeEvery = DEFAULT_ACKNOWLEDGE_EVERY;

		private Builder() {
		}

		/**
		 * Sets the schema of the tables; {@value EventLogSettings#DEFAULT_SCHEMA} if
		 * never called.
		 * @param schema the schema's name, letters, digits and {@code _}
		 * @return this
		 */
		public Builder schema(String schema) {
			this.schema = Objects.requireNonNull(schema, "schema");
			return this;
		}

		/**
		 * Sets what the tables' names begin with;
		 * {@value EventLogSettings#DEFAULT_TABLE_PREFIX} if never called. Two logs in one
		 * schema share the functions, so give them schemas of their own.
		 * @param tablePrefix the prefix, letters, digits and {@code _}; may be empty
		 * @return this
		 */
		public Builder tablePrefix(String tablePrefix) {
			this.tablePrefix = Objects.requireNonNull(tablePrefix, "tablePrefix");
			return this;
		}

		/**
		 * Sets the number of partitions; {@value EventLogSettings#DEFAULT_PARTITIONS} if
		 * never called. The events of one app are in one partition, which one process of
		 * a group handles. The number is fixed once the tables are made.
		 * @param partitions 1 to 1024
		 * @return this
		 */
		public Builder partitions(int partitions) {
			this.partitions = partitions;
			return this;
		}

		/**
		 * Sets whether the tables are made where they are missing; they are if never
		 * called. Otherwise the file {@code event-log.sql} of the library's jar belongs
		 * into a migration.
		 * @param initialize whether to make them
		 * @return this
		 */
		public Builder initialize(boolean initialize) {
			this.initialize = initialize;
			return this;
		}

		/**
		 * Sets which types are recorded; all if never called. Groups get no others.
		 * @param types types or wildcards such as {@code epoch.*}; none for all
		 * @return this
		 * @throws IllegalArgumentException if a type is not valid
		 */
		public Builder types(String... types) {
			this.types = SubscriptionFilter.types(types);
			return this;
		}

		/**
		 * Sets what decides of single events whether they are recorded, before the
		 * {@linkplain #types types} do; nothing if never called.
		 * @param decision true or false, or empty to let the types decide; called
		 * whenever an event is published, thread-safe
		 * @return this
		 */
		public Builder decision(Function<Event, Optional<Boolean>> decision) {
			this.decision = Objects.requireNonNull(decision, "decision");
			return this;
		}

		/**
		 * Sets how large an event may be; 1 MiB if never called.
		 * @param bytes the size, envelope included, at least 1
		 * @return this
		 * @throws IllegalArgumentException if it is less than 1
		 */
		public Builder maxSize(int bytes) {
			this.maxSize = Require.positive("maxSize", bytes);
			return this;
		}

		/**
		 * Sets how long events are kept at least; 7 days if never called. After that they
		 * are dropped, a quarter of that time's at once, as soon as all groups have
		 * passed them. Held events are kept anyway. The role of one of the processes has
		 * to own the tables for that.
		 * @param retention at least a second, the same in all processes
		 * @return this
		 */
		public Builder retention(Duration retention) {
			this.retention = Objects.requireNonNull(retention, "retention");
			return this;
		}

		/**
		 * Sets how long events are kept at most, though a group has not handled them; its
		 * handlers get a gap of reason {@link dev.pgevents.Gap.Reason#EXPIRED} in their
		 * place. Without end if never called: a group that no instance runs any more
		 * keeps all events then.
		 * @param retentionMax at least the retention, the same in all processes; null for
		 * without end
		 * @return this
		 */
		public Builder retentionMax(@Nullable Duration retentionMax) {
			this.retentionMax = retentionMax;
			return this;
		}

		/**
		 * Sets how often a group tries an event before it parks it;
		 * {@value EventLogSettings#DEFAULT_MAX_ATTEMPTS} times, a second to five minutes
		 * apart, if never called.
		 * @param maxAttempts at least 1
		 * @param backoff how long to wait between attempts
		 * @return this
		 * @throws IllegalArgumentException if it is less than 1
		 */
		public Builder retry(int maxAttempts, Backoff backoff) {
			this.maxAttempts = Require.positive("maxAttempts", maxAttempts);
			this.retry = Objects.requireNonNull(backoff, "backoff");
			return this;
		}

		/**
		 * Sets how many events are read at a time;
		 * {@value EventLogSettings#DEFAULT_PAGE_SIZE} if never called.
		 * @param pageSize at least 1
		 * @return this
		 * @throws IllegalArgumentException if it is less than 1
		 */
		public Builder pageSize(int pageSize) {
			this.pageSize = Require.positive("pageSize", pageSize);
			return this;
		}

		/**
		 * Sets after how many events without a transaction of their own positions are
		 * written at the latest; they are a tenth of a second after the first one anyway.
		 * @param events at least 1
		 * @return this
		 * @throws IllegalArgumentException if it is less than 1
		 */
		public Builder acknowledgeEvery(int events) {
			this.acknowledgeEvery = Require.positive("acknowledgeEvery", events);
			return this;
		}

		/**
		 * Builds the settings.
		 * @return new settings
		 * @throws IllegalArgumentException if a name, the number of partitions or a time
		 * of retention is not valid
		 */
		public EventLogSettings build() {
			return new EventLogSettings(this);
		}

	}

}
