package dev.pgevents.internal.group;

import java.time.Clock;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;

import dev.pgevents.Backoff;
import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.Position;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.internal.dispatch.BusSubscription;
import dev.pgevents.internal.dispatch.BusThreadFactory;
import dev.pgevents.internal.dispatch.Dispatcher;
import dev.pgevents.internal.util.Threads;
import dev.pgevents.internal.util.Ticker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The groups of a bus in this process. Thread-safe.
 */
public final class Groups implements GroupMonitor, AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(Groups.class);

	private static final Backoff BACKOFF = new Backoff(Duration.ofMillis(100), 2, Duration.ofSeconds(5));

	private final Map<String, GroupConsumer> consumers = new ConcurrentHashMap<>();

	private final Set<EventType> unrecorded = ConcurrentHashMap.newKeySet();

	private final ScheduledExecutorService timer;

	private final GroupContext context;

	private final SerialTask looking;

	private final OwnerLooks looks = new OwnerLooks(Ticker.SYSTEM);

	private volatile boolean lookThoroughly;

	/**
	 * Creates groups without members.
	 * @param busName the name of the bus, for threads and logs
	 * @param store keeps the log, the cursors and the held events
	 * @param settings how groups work
	 * @param dispatcher calls handlers
	 * @param clock gives the time of gaps
	 */
	public Groups(String busName, GroupStore store, GroupSettings settings, Dispatcher dispatcher, Clock clock) {
		this.timer = Executors.newSingleThreadScheduledExecutor(new BusThreadFactory(busName + "-groups"));
		this.context = new GroupContext(busName, store, settings, dispatcher, dispatcher.threads(), this.timer, BACKOFF,
				clock, this::lookSoon);
		this.looking = new SerialTask(dispatcher.threads(), this::lookAtStore);
		long look = settings.look().toMillis();
		this.timer.scheduleWithFixedDelay(this::lookThoroughly, look, look, TimeUnit.MILLISECONDS);
	}

	/**
	 * Does something again and again while the bus is open, on a thread of its own.
	 * @param first when to begin
	 * @param pause how long to wait after each time
	 * @param task does not throw
	 */
	public void repeat(Duration first, Duration pause, Runnable task) {
		this.timer.scheduleWithFixedDelay(() -> Threads.tryToExecute(this.context.executor(), task), first.toMillis(),
				pause.toMillis(), TimeUnit.MILLISECONDS);
	}

	/** Something may have been missed without a sign of it. */
	private void lookThoroughly() {
		this.lookThoroughly = true;
		this.looking.request();
	}

	/** Who should be at work elsewhere may be gone: one look for all groups. */
	private void lookSoon() {
		Duration delay = this.looks.plan();
		if (delay != null) {
			this.context.later(delay, this.looking::request);
		}
	}

	private void lookAtStore() {
		this.looks.begin();
		boolean thorough = this.lookThoroughly;
		this.lookThoroughly = false;
		Set<String> names = new TreeSet<>();
		this.consumers.forEach((name, consumer) -> {
			if (thorough || consumer.problem() == null) {
				names.add(name);
			}
		});
		try {
			if (!names.isEmpty()) {
				names.retainAll(this.context.store().outdated(names, thorough));
			}
		}
		catch (Exception ex) {
			logger.debug("{}: looking at the groups failed, each tries for itself", this.context.busName(), ex);
		}
		names.stream().map(this.consumers::get).filter(Objects::nonNull).forEach(GroupConsumer::look);
	}

	/**
	 * Adds a handler to a group.
	 * @param group the group's name
	 * @param filter which events
	 * @param options how to call
	 * @param handler called for each event
	 * @param onClose called once when the subscription is closed
	 * @return the subscription, live once the group has been joined
	 * @throws IllegalStateException if another handler of the group may get the same
	 * events, or the bus is closed
	 */
	public BusSubscription subscribe(String group, SubscriptionFilter filter, SubscriptionOptions options,
			EventHandler handler, Consumer<BusSubscription> onClose) {
		GroupConsumer consumer = this.consumers.computeIfAbsent(group,
				(name) -> new GroupConsumer(name, options.from(), this.context));
		Member member = new Member(filter, handler, options.bufferSize());
		BusSubscription subscription = this.context.dispatcher()
			.attach(filter, options, new GroupHandler(consumer, member), (closing) -> {
				consumer.remove(member);
				onClose.accept(closing);
			});
		member.subscription(subscription);
		try {
			consumer.add(member);
		}
		catch (IllegalStateException ex) {
			subscription.close();
			throw ex;
		}
		return subscription;
	}

	/**
	 * What the bus has to listen for on behalf of a group, which is called where
	 * listening begins and where something may have been missed.
	 * @param group the group's name
	 * @return the group, to be called
	 */
	public Feed feed(String group) {
		GroupConsumer consumer = this.consumers.get(group);
		if (consumer == null) {
			throw new IllegalArgumentException("no handler has joined group " + group);
		}
		return new Feed() {
			@Override
			public void live() {
				consumer.live();
			}

			@Override
			public void gap(Gap gap) {
				if (gap.reason() == Gap.Reason.RECONNECTED) {
					consumer.gap();
				}
				else {
					consumer.readAgain();
				}
			}
		};
	}

	/**
	 * An event has arrived.
	 * @param event the event, with a position if it is known to be committed there
	 * @param publisher names who has published it, if that takes a while
	 */
	public void arrived(Event event, Supplier<String> publisher) {
		if (this.consumers.isEmpty()) {
			return;
		}
		Position position = event.position();
		if (position == null) {
			unrecorded(event, publisher);
			return;
		}
		for (GroupConsumer consumer : this.consumers.values()) {
			consumer.arrived(event, position.partition());
		}
	}

	private void unrecorded(Event event, Supplier<String> publisher) {
		for (Map.Entry<String, GroupConsumer> consumer : this.consumers.entrySet()) {
			if (!consumer.getValue().wants(event)) {
				continue;
			}
			consumer.getValue().unrecorded();
			if (this.unrecorded.add(event.type())) {
				Threads.tryToExecute(this.context.executor(), () -> warn(consumer.getKey(), event, publisher));
			}
		}
	}

	private void warn(String group, Event event, Supplier<String> publisher) {
		logger.warn(
				"{}: group {} does not handle {}: {} has not recorded it in the event log. It has none "
						+ "(events.log.enabled), or leaves this type out (events.log.types); the meter "
						+ "events.group.unrecorded counts such events",
				this.context.busName(), group, event, publisher.get());
	}

	/**
	 * Something may have been recorded in a partition.
	 * @param partition the partition
	 */
	public void hint(int partition) {
		this.consumers.values().forEach((consumer) -> consumer.hint(partition));
	}

	/**
	 * Whether there are groups in this process.
	 * @return whether any handler has joined one
	 */
	public boolean isJoined() {
		return !this.consumers.isEmpty();
	}

	/** Nothing arrives any more until further notice: others take over. */
	public void suspend() {
		this.consumers.values().forEach(GroupConsumer::suspend);
	}

	/** Something may have changed in the store: all groups look. */
	public void look() {
		this.consumers.values().forEach(GroupConsumer::look);
	}

	@Override
	public List<GroupCounts> counts() {
		return this.consumers.values()
			.stream()
			.map(GroupConsumer::counts)
			.sorted(Comparator.comparing(GroupCounts::group))
			.toList();
	}

	@Override
	public Map<String, String> problems() {
		Map<String, String> problems = new TreeMap<>();
		this.consumers.forEach((name, consumer) -> {
			String problem = consumer.problem();
			if (problem != null) {
				problems.put(name, problem);
			}
		});
		return problems;
	}

	@Override
	public List<SubscriptionFilter> filters(String group) {
		GroupConsumer consumer = this.consumers.get(group);
		return (consumer != null) ? consumer.filters() : List.of();
	}

	/**
	 * Begins nothing any more, waits for what is in hand as closing its subscriptions
	 * does, moves the cursors and gives all partitions up.
	 */
	@Override
	public void close() {
		this.consumers.values().forEach(GroupConsumer::close);
		this.context.dispatcher()
			.close(this.consumers.values().stream().flatMap((one) -> one.subscriptions().stream()).toList());
		this.timer.shutdownNow();
		this.consumers.values().forEach(GroupConsumer::finish);
		this.consumers.clear();
	}

	/** Called by the bus that listens on behalf of a group. */
	public interface Feed {

		/** Listening has begun. */
		void live();

		/**
		 * Something may have been missed.
		 * @param gap what is known of it
		 */
		void gap(Gap gap);

	}

	/** What the dispatcher calls. */
	private record GroupHandler(GroupConsumer consumer, Member member) implements EventHandler {

		@Override
		public void onEvent(Event event) throws Exception {
			Position position = event.position();
			if (position != null) {
				this.consumer.handle(this.member, position.partition(), event);
			}
		}

		@Override
		public void onGap(Gap gap) throws Exception {
			this.member.handler().onGap(gap);
		}

	}

}
