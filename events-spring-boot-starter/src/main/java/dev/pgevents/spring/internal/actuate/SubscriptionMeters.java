package dev.pgevents.spring.internal.actuate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.ToLongFunction;

import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionListener;
import dev.pgevents.SubscriptionStats;
import dev.pgevents.internal.util.Announcements;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;

/**
 * Meters of each subscription, tagged with its name; those of one name are added up. They
 * go when the last of a name has ended, so that short-lived subscriptions do not pile up
 * in the registry. What they have counted is kept, and a later one of the name goes on
 * from there: a counter never falls. Thread-safe.
 *
 * @since 0.1
 */
public final class SubscriptionMeters implements MeterBinder, SubscriptionListener {

	/** Of how many names without a subscription the counts are kept. */
	private static final int KEPT = 1000;

	private static final SubscriptionStats NOTHING = new SubscriptionStats(0, 0, 0, 0, 0, 0, 0, 0);

	private final Runnable onOpened;

	/** Guards the maps; no registry and no subscription is called while it is held. */
	private final ReentrantLock lock = new ReentrantLock();

	private final Announcements registrations = new Announcements();

	private final List<MeterRegistry> registries = new ArrayList<>();

	private final Map<String, Named> open = new HashMap<>();

	/** What those of a name have counted that have ended, the oldest first. */
	private final Map<String, SubscriptionStats> ended = new LinkedHashMap<>() {

		@Override
		protected boolean removeEldestEntry(Map.Entry<String, SubscriptionStats> eldest) {
			return size() > KEPT;
		}

	};

	/** Measures subscriptions. */
	public SubscriptionMeters() {
		this.onOpened = () -> {
		};
	}

	/**
	 * Measures subscriptions, and groups that are joined with them.
	 * @param groups measures groups
	 */
	public SubscriptionMeters(GroupMeters groups) {
		this.onOpened = groups::refresh;
	}

	@Override
	public void bindTo(MeterRegistry registry) {
		this.lock.lock();
		try {
			this.registries.add(registry);
			this.open.values().forEach((named) -> this.registrations.add(() -> named.register(registry)));
		}
		finally {
			this.lock.unlock();
		}
		this.registrations.make();
	}

	@Override
	public void onOpened(Subscription subscription) {
		String name = subscription.name();
		this.lock.lock();
		try {
			this.open.computeIfAbsent(name, this::registered).add(subscription);
		}
		finally {
			this.lock.unlock();
		}
		this.registrations.make();
		this.onOpened.run();
	}

	/** The lock is held. */
	private Named registered(String name) {
		SubscriptionStats before = this.ended.remove(name);
		Named named = new Named(name, (before != null) ? before : NOTHING);
		this.registries.forEach((registry) -> this.registrations.add(() -> named.register(registry)));
		return named;
	}

	@Override
	public void onFinished(Subscription subscription) {
		String name = subscription.name();
		SubscriptionStats last = subscription.stats();
		this.lock.lock();
		try {
			Named named = this.open.get(name);
			if (named != null && named.remove(subscription, last)) {
				this.open.remove(name);
				this.ended.put(name, named.counted.ended());
				this.registries.forEach((registry) -> this.registrations.add(() -> named.unregister(registry)));
			}
		}
		finally {
			this.lock.unlock();
		}
		this.registrations.make();
	}

	private static SubscriptionStats sum(SubscriptionStats one, SubscriptionStats other) {
		return new SubscriptionStats(one.received() + other.received(), one.handled() + other.handled(),
				one.failed() + other.failed(), one.dropped() + other.dropped(), one.coalesced() + other.coalesced(),
				one.gaps() + other.gaps(), one.slow() + other.slow(), one.queued() + other.queued());
	}

	/** The subscriptions of one name. */
	private static final class Named {

		private final String name;

		/** For the thread that registers. */
		private final List<Meter> meters = new ArrayList<>();

		/** Replaced as a whole, so that none is counted twice or not at all. */
		private volatile Counted counted;

		Named(String name, SubscriptionStats ended) {
			this.name = name;
			this.counted = new Counted(ended, List.of());
		}

		/** The lock is held. */
		void add(Subscription subscription) {
			List<Subscription> more = new ArrayList<>(this.counted.subscriptions());
			more.add(subscription);
			this.counted = new Counted(this.counted.ended(), List.copyOf(more));
		}

		/** Whether it was the last one. The lock is held. */
		boolean remove(Subscription subscription, SubscriptionStats last) {
			List<Subscription> fewer = new ArrayList<>(this.counted.subscriptions());
			if (!fewer.remove(subscription)) {
				return false;
			}
			this.counted = new Counted(sum(this.counted.ended(), last), List.copyOf(fewer));
			return fewer.isEmpty();
		}

		void register(MeterRegistry registry) {
			count(registry, "received", "Events that matched the filter", SubscriptionStats::received);
			count(registry, "handled", "Events whose handler returned", SubscriptionStats::handled);
			count(registry, "failed", "Events whose handler threw", SubscriptionStats::failed);
			count(registry, "dropped", "Events for which the buffer had no room", SubscriptionStats::dropped);
			count(registry, "coalesced", "Events that a newer one replaced", SubscriptionStats::coalesced);
			count(registry, "gaps", "Gaps given to the handler", SubscriptionStats::gaps);
			count(registry, "slow", "Calls of the handler that ran longer than the threshold", SubscriptionStats::slow);
			this.meters.add(
					Gauge.builder("events.subscription.queued", this, (named) -> named.value(SubscriptionStats::queued))
						.description("Events that are waiting for the handler")
						.tag("subscription", this.name)
						.register(registry));
		}

		void unregister(MeterRegistry registry) {
			this.meters.forEach((meter) -> registry.remove(meter.getId()));
		}

		private void count(MeterRegistry registry, String what, String description,
				ToLongFunction<SubscriptionStats> value) {
			this.meters.add(FunctionCounter.builder("events.subscription." + what, this, (named) -> named.value(value))
				.description(description)
				.tag("subscription", this.name)
				.register(registry));
		}

		private long value(ToLongFunction<SubscriptionStats> value) {
			Counted now = this.counted;
			return value.applyAsLong(now.ended())
					+ now.subscriptions().stream().map(Subscription::stats).mapToLong(value).sum();
		}

	}

	/**
	 * What the subscriptions of one name have counted.
	 *
	 * @param ended the sum of those that have ended
	 * @param subscriptions those that have not
	 */
	private record Counted(SubscriptionStats ended, List<Subscription> subscriptions) {

	}

}
