package dev.pgevents;

import java.time.Instant;
import java.util.Objects;

import dev.pgevents.internal.util.Require;
import org.jspecify.annotations.Nullable;

/**
 * How a subscription buffers events and calls its handler. Immutable.
 *
 * @since 0.1
 */
public final class SubscriptionOptions {

	/** The default {@link #bufferSize()}. */
	public static final int DEFAULT_BUFFER_SIZE = 8192;

	/** The longest name of a {@link #group()}, in characters. */
	public static final int MAX_GROUP_LENGTH = 63;

	private static final SubscriptionOptions DEFAULTS = builder().build();

	private final @Nullable String name;

	private final int bufferSize;

	private final OverflowPolicy overflow;

	private final int concurrency;

	private final @Nullable EventErrorHandler errorHandler;

	private final @Nullable Instant awaySince;

	private final @Nullable String group;

	private final @Nullable StartPosition from;

	private final boolean ignoreOwn;

	private SubscriptionOptions(Builder builder) {
		this.name = builder.name;
		this.bufferSize = builder.bufferSize;
		this.overflow = builder.overflow;
		this.concurrency = builder.concurrency;
		this.errorHandler = builder.errorHandler;
		this.awaySince = builder.awaySince;
		this.group = builder.group;
		this.from = builder.from;
		this.ignoreOwn = builder.ignoreOwn;
	}

	/**
	 * Returns the defaults: 8192 events, the oldest dropped first, one at a time.
	 * @return the default options
	 */
	public static SubscriptionOptions defaults() {
		return DEFAULTS;
	}

	/**
	 * Starts from the defaults.
	 * @return a builder
	 */
	public static Builder builder() {
		return new Builder();
	}

	/**
	 * Returns the subscription's name.
	 * @return the name, or null to let the bus make one up
	 */
	public @Nullable String name() {
		return this.name;
	}

	/**
	 * Returns how many events may wait for the handler.
	 * @return at least 1
	 */
	public int bufferSize() {
		return this.bufferSize;
	}

	/**
	 * Returns what happens to an event for which there is no room.
	 * @return the policy
	 */
	public OverflowPolicy overflow() {
		return this.overflow;
	}

	/**
	 * Returns how many events may be handled at a time.
	 * @return at least 1
	 */
	public int concurrency() {
		return this.concurrency;
	}

	/**
	 * Returns what is called when the handler fails.
	 * @return the error handler, or null to log
	 */
	public @Nullable EventErrorHandler errorHandler() {
		return this.errorHandler;
	}

	/**
	 * Since when the consumer has been without a subscription.
	 * @return the time, or null if it is a new one
	 */
	public @Nullable Instant awaySince() {
		return this.awaySince;
	}

	/**
	 * Returns a builder that starts from these options.
	 * @return a new builder
	 */
	public Builder toBuilder() {
		Builder builder = builder().name(this.name)
			.bufferSize(this.bufferSize)
			.overflow(this.overflow)
			.concurrency(this.concurrency)
			.errorHandler(this.errorHandler)
			.awaySince(this.awaySince)
			.group(this.group)
			.ignoreOwn(this.ignoreOwn);
		builder.from = this.from;
		return builder;
	}

	/**
	 * Returns the group that the subscription belongs to.
	 * @return the group's name, or null where every subscription gets every event
	 */
	public @Nullable String group() {
		return this.group;
	}

	/**
	 * Returns where the group begins if it is new.
	 * @return the start, {@link StartPosition#latest()} unless set
	 */
	public StartPosition from() {
		return (this.from != null) ? this.from : StartPosition.latest();
	}

	/**
	 * Returns whether events that the subscription's own bus has published are left out.
	 * @return false unless set
	 */
	public boolean ignoreOwn() {
		return this.ignoreOwn;
	}

	/**
	 * Builds options. Not thread-safe.
	 */
	public static final class Builder {

		private @Nullable String name;

		private int bufferSize = DEFAULT_BUFFER_SIZE;

		private OverflowPolicy overflow = OverflowPolicy.DROP_OLDEST;

		private int concurrency = 1;

		private @Nullable EventErrorHandler errorHandler;

		private @Nullable Instant awaySince;

		private @Nullable String group;

		private @Nullable StartPosition from;

		private boolean ignoreOwn;

		private Builder() {
		}

		/**
		 * Names the subscription, for logs and metrics.
		 * @param name the name, or null to let the bus make one up
		 * @return this
		 */
		public Builder name(@Nullable String name) {
			this.name = name;
			return this;
		}

		/**
		 * Sets how many events may wait for the handler; 8192 if never called.
		 * @param bufferSize at least 1
		 * @return this
		 * @throws IllegalArgumentException if it is less than 1
		 */
		public Builder bufferSize(int bufferSize) {
			this.bufferSize = Require.positive("bufferSize", bufferSize);
			return this;
		}

		/**
		 * Sets what happens to an event for which there is no room;
		 * {@link OverflowPolicy#DROP_OLDEST} if never called.
		 * @param overflow the policy
		 * @return this
		 */
		public Builder overflow(OverflowPolicy overflow) {
			this.overflow = Objects.requireNonNull(overflow, "overflow");
			return this;
		}

		/**
		 * Sets how many events may be handled at a time; 1 if never called. With more
		 * than one, the events of one app id stay in order and different apps run in
		 * parallel; events without app id count as one more app. A gap is a barrier:
		 * everything before it has been handled, nothing after it has begun.
		 * @param concurrency at least 1
		 * @return this
		 * @throws IllegalArgumentException if it is less than 1
		 */
		public Builder concurrency(int concurrency) {
			this.concurrency = Require.positive("concurrency", concurrency);
			return this;
		}

		/**
		 * Sets what is called when the handler fails; the failure is logged if never
		 * called.
		 * @param errorHandler the error handler
		 * @return this
		 */
		public Builder errorHandler(@Nullable EventErrorHandler errorHandler) {
			this.errorHandler = errorHandler;
			return this;
		}

		/**
		 * Says that the consumer had a subscription before, and none since: before the
		 * first event it gets a {@link Gap} of reason {@link Gap.Reason#STOPPED} that
		 * begins then.
		 * @param awaySince when the subscription before was closed, or null for a
		 * consumer that is new, as if never called
		 * @return this
		 */
		public Builder awaySince(@Nullable Instant awaySince) {
			this.awaySince = awaySince;
			return this;
		}

		/**
		 * Makes the subscription one of a group, which needs the bus's event log: each
		 * event is handled once by the subscriptions of all services that share the
		 * group, in order for each app, later where no instance was running; a handler
		 * that fails is called again. The {@code concurrency} then counts partitions that
		 * are handled in parallel, and nothing overflows: what the buffer does not hold
		 * is read again.
		 * @param group the group's name: letters, digits, {@code _}, {@code .} and
		 * {@code -}, at most {@value #MAX_GROUP_LENGTH} characters; null for none
		 * @return this
		 * @throws IllegalArgumentException if the name is not valid
		 */
		public Builder group(@Nullable String group) {
			this.group = (group != null) ? GroupNames.checked(group) : null;
			return this;
		}

		/**
		 * Sets where the group begins if it is new; {@link StartPosition#latest()} if
		 * never called. A group that exists goes on where it was.
		 * @param from the start
		 * @return this
		 */
		public Builder from(StartPosition from) {
			this.from = Objects.requireNonNull(from, "from");
			return this;
		}

		/**
		 * Sets whether events that the subscription's own bus has published are left out:
		 * they are neither handled nor counted. Those of other buses of the process are
		 * not. What an {@link Event#publishedBy()} does not say who published it is
		 * handled.
		 * @param ignoreOwn true to leave them out; false if never called
		 * @return this
		 */
		public Builder ignoreOwn(boolean ignoreOwn) {
			this.ignoreOwn = ignoreOwn;
			return this;
		}

		/**
		 * Builds the options.
		 * @return new options
		 * @throws IllegalStateException if the options contradict each other
		 */
		public SubscriptionOptions build() {
			if (this.group != null && this.overflow == OverflowPolicy.LATEST_PER_APP) {
				throw new IllegalStateException("group " + this.group + " has overflow LATEST_PER_APP: a group handles "
						+ "every event, leave overflow at its default");
			}
			if (this.group != null && this.ignoreOwn) {
				throw new IllegalStateException("group " + this.group + " has ignoreOwn: a group handles every event "
						+ "once, in whichever instance, leave ignoreOwn out or the group");
			}
			if (this.group == null && this.from != null) {
				throw new IllegalStateException(
						"from is " + this.from + " without a group: only a group has a place in the event log");
			}
			return new SubscriptionOptions(this);
		}

	}

}
