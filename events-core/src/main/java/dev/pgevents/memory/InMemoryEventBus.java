package dev.pgevents.memory;

import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

import dev.pgevents.Backoff;
import dev.pgevents.EncodedEvent;
import dev.pgevents.EncodingPublisher;
import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventHandler;
import dev.pgevents.EventLog;
import dev.pgevents.EventStream;
import dev.pgevents.Payload;
import dev.pgevents.PayloadCodec;
import dev.pgevents.SlowHandlerListener;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionListener;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.internal.dispatch.BusEventStream;
import dev.pgevents.internal.dispatch.BusSubscription;
import dev.pgevents.internal.dispatch.DispatchBatch;
import dev.pgevents.internal.dispatch.Dispatcher;
import dev.pgevents.internal.dispatch.DispatcherBuilder;
import dev.pgevents.internal.dispatch.InstanceId;
import dev.pgevents.internal.group.GroupMonitor;
import dev.pgevents.internal.group.GroupSettings;
import dev.pgevents.internal.group.Groups;
import dev.pgevents.internal.util.Require;
import org.jspecify.annotations.Nullable;

/**
 * An event bus in one process. Subscriptions are ready at once; all of them see all
 * events in one order. Payloads are passed on as they are unless there is a
 * {@linkplain Builder#codec codec}. Thread-safe.
 *
 * @since 0.1
 */
public final class InMemoryEventBus implements EventBus, EncodingPublisher {

	/** How many events at most are put into buffers before handlers are started. */
	private static final int PORTION = 256;

	private final Dispatcher dispatcher;

	private final String instanceId = InstanceId.next();

	/**
	 * Makes one order of what many threads publish: held while events are recorded and
	 * put into buffers, not while handlers are started.
	 */
	private final ReentrantLock order = new ReentrantLock();

	private final @Nullable PayloadCodec codec;

	private final @Nullable MemoryLog log;

	private final @Nullable Groups groups;

	private final Predicate<Event> recorded;

	private volatile boolean closed;

	/**
	 * Creates a bus with the defaults.
	 */
	public InMemoryEventBus() {
		this(builder());
	}

	private InMemoryEventBus(Builder builder) {
		this.codec = builder.codec;
		this.dispatcher = builder.dispatcher.copy().instanceId(this.instanceId).build();
		this.log = (builder.logCapacity > 0)
				? new MemoryLog(builder.logCapacity, Clock.systemUTC(), this::groupsChanged) : null;
		this.recorded = builder.recorded;
		this.groups = (this.log != null)
				? new Groups(builder.dispatcher.busName(), this.log, builder.groups, this.dispatcher, Clock.systemUTC())
				: null;
	}

	private void groupsChanged() {
		if (this.groups != null) {
			this.groups.look();
		}
	}

	/**
	 * Creates a bus with the defaults.
	 * @return a new bus; close it when done
	 */
	public static InMemoryEventBus create() {
		return new InMemoryEventBus();
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
		publishAll(List.of(event));
	}

	@Override
	public void publishAll(Collection<Event> events) {
		dispatch(events.stream().map((event) -> new Encoded(event, written(event))).toList());
	}

	@Override
	public CompletableFuture<Void> publishAsync(Event event) {
		publish(event);
		return CompletableFuture.completedFuture(null);
	}

	@Override
	public EncodedEvent encode(Event event) {
		return new Encoded(event, written(event));
	}

	@Override
	public CompletableFuture<Void> publishEncoded(Collection<? extends EncodedEvent> events) {
		dispatch(events.stream().map(Encoded::of).toList());
		return CompletableFuture.completedFuture(null);
	}

	private void dispatch(List<Encoded> events) {
		if (this.closed) {
			throw new IllegalStateException("event bus is closed: nothing can be published any more");
		}
		for (int from = 0; from < events.size(); from += PORTION) {
			dispatchPortion(events.subList(from, Math.min(events.size(), from + PORTION)));
		}
	}

	private void dispatchPortion(List<Encoded> events) {
		List<Event> ordered;
		DispatchBatch batch = this.dispatcher.batch();
		this.order.lock();
		try {
			MemoryLog log = this.log;
			ordered = events.stream().map((event) -> (log != null) ? recorded(log, event) : event.written()).toList();
			ordered.forEach(batch::add);
		}
		finally {
			this.order.unlock();
		}
		batch.start();
		if (this.groups != null) {
			for (Event event : ordered) {
				this.groups.arrived(event, () -> "this process");
			}
		}
	}

	/** With its position, if it is one of those that are recorded. */
	private Event recorded(MemoryLog log, Encoded event) {
		return this.recorded.test(event.event()) ? log.append(event.written()) : event.written();
	}

	/**
	 * The event as subscribers are to see it, whatever becomes of its payload's value.
	 */
	private Event written(Event event) {
		Payload payload = (this.codec != null) ? Payload.ofJson(event.payload().toJson(this.codec), this.codec)
				: event.payload();
		return new Event(event.id(), event.type(), event.appId(), payload, event.timestamp(), event.headers(), null,
				this.instanceId);
	}

	@Override
	public Subscription subscribe(SubscriptionFilter filter, SubscriptionOptions options, EventHandler handler) {
		String group = options.group();
		if (group != null) {
			return join(group, filter, options, handler);
		}
		BusSubscription subscription = this.dispatcher.subscribe(filter, options, handler, (closing) -> {
		});
		subscription.live();
		return subscription;
	}

	private Subscription join(String group, SubscriptionFilter filter, SubscriptionOptions options,
			EventHandler handler) {
		if (this.groups == null) {
			throw new IllegalStateException("group " + group
					+ " needs the event log: switch it on with InMemoryEventBus.builder().log(capacity) (in Spring Boot: events.log.enabled=true)");
		}
		BusSubscription subscription = this.groups.subscribe(group, filter, options, handler, (closing) -> {
		});
		this.groups.feed(group).live();
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
			return Optional.ofNullable(this.codec).map(type::cast);
		}
		if (this.log != null && type == EventLog.class) {
			return Optional.of(type.cast(this.log));
		}
		if (this.groups != null && type == GroupMonitor.class) {
			return Optional.of(type.cast(this.groups));
		}
		return EventBus.super.capability(type);
	}

	@Override
	public EventStream open(SubscriptionFilter filter, SubscriptionOptions options) {
		if (options.group() != null) {
			throw new IllegalArgumentException("a stream cannot belong to group " + options.group()
					+ ": what is taken from it is never known to have been handled, subscribe a handler");
		}
		BusEventStream stream = this.dispatcher.open(filter, options, (closing) -> {
		});
		stream.live();
		return stream;
	}

	@Override
	public Collection<Subscription> subscriptions() {
		return List.copyOf(this.dispatcher.subscriptions());
	}

	@Override
	public boolean isDelivering() {
		return !this.closed;
	}

	@Override
	public void close() {
		this.closed = true;
		if (this.groups != null) {
			this.groups.close();
		}
		this.dispatcher.close();
	}

	/** An event that was given, and as subscribers see it. */
	private record Encoded(Event event, Event written) implements EncodedEvent {

		private static Encoded of(EncodedEvent event) {
			if (event instanceof Encoded encoded) {
				return encoded;
			}
			throw new IllegalArgumentException("not encoded by an in-memory bus: " + event);
		}

	}

	/**
	 * Builds a bus. Not thread-safe.
	 */
	public static final class Builder {

		private final DispatcherBuilder dispatcher = Dispatcher.builder("events");

		private @Nullable PayloadCodec codec;

		private int logCapacity;

		private GroupSettings groups = GroupSettings.DEFAULTS;

		private Predicate<Event> recorded = (event) -> true;

		private Builder() {
		}

		/**
		 * Names the bus, for threads and logs; "events" if never called.
		 * @param name the name
		 * @return this
		 */
		public Builder name(String name) {
			this.dispatcher.busName(name);
			return this;
		}

		/**
		 * Sets how payloads are written, at the call to publish, and read by each
		 * consumer, as a bus between processes does; if never called, consumers get the
		 * publisher's own objects.
		 * @param codec the codec, or null for none
		 * @return this
		 */
		public Builder codec(@Nullable PayloadCodec codec) {
			this.codec = codec;
			return this;
		}

		/**
		 * Sets where handlers run; threads of the bus's own if never called.
		 * @param executor an executor that neither bounds its threads nor runs tasks on
		 * the calling one, which is publishing; or null
		 * @return this
		 */
		public Builder executor(@Nullable Executor executor) {
			this.dispatcher.executor(executor);
			return this;
		}

		/**
		 * Sets when a running handler counts as slow; 10 seconds if never called.
		 * @param threshold a positive time
		 * @return this
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
		 * Sets how long closing waits for handlers; 10 seconds if never called.
		 * @param timeout a positive time
		 * @return this
		 */
		public Builder shutdownTimeout(Duration timeout) {
			this.dispatcher.shutdownTimeout(timeout);
			return this;
		}

		/**
		 * Records events in a log in memory, which groups need; none are recorded if
		 * never called.
		 * @param capacity how many of the newest events are kept, at least 1
		 * @return this
		 * @throws IllegalArgumentException if it is less than 1
		 */
		public Builder log(int capacity) {
			this.logCapacity = Require.positive("log capacity", capacity);
			return this;
		}

		/**
		 * Sets which events are recorded; all if never called. Groups get no others.
		 * @param recorded whether an event is, called whenever one is published
		 * @return this
		 */
		public Builder recorded(Predicate<Event> recorded) {
			this.recorded = Objects.requireNonNull(recorded, "recorded");
			return this;
		}

		/**
		 * Sets how often a group tries an event before it parks it: 10 times, from a
		 * second on, if never called.
		 * @param maxAttempts at least 1
		 * @param backoff how long to wait between attempts
		 * @return this
		 * @throws IllegalArgumentException if it is less than 1
		 */
		public Builder retry(int maxAttempts, Backoff backoff) {
			this.groups = new GroupSettings(Require.positive("maxAttempts", maxAttempts), backoff,
					GroupSettings.DEFAULT_PAGE_SIZE, GroupSettings.DEFAULT_ACKNOWLEDGE_EVERY,
					GroupSettings.ACKNOWLEDGE_AFTER, GroupSettings.LOOK);
			return this;
		}

		/**
		 * Builds the bus.
		 * @return a new bus; close it when done
		 */
		public InMemoryEventBus build() {
			return new InMemoryEventBus(this);
		}

	}

}
