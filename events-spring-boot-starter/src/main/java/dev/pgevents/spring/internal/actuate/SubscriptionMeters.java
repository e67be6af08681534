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

	private final ReentrantLock lock = new ReentrantLock();

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
			this.open.values().forEach((named) -> named.register(registry));
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void onOpened(Subscription subscription) {
		this.lock.lock();
		try {
			Named named = this.open.get(subscription.name());
			if (named == null) {
				SubscriptionStats before = this.ended.remove(subscription.name());
				named = new Named(subscription.name(), (before != null) ? before : NOTHING);
				this.open.put(subscription.name(), named);
				this.registries.forEach(named::register);
			}
			named.subscriptions.add(subscription);
		}
		finally {
			this.lock.unlock();
		}
		this.onOpened.run();
	}

	@Override
	public void onFinished(Subscription subscription) {
		this.lock.lock();
		try {
			Named named = this.open.get(subscription.name());
			if (named != null && named.subscriptions.remove(subscription)) {
				named.ended = sum(named.ended, subscription.stats());
				if (named.subscriptions.isEmpty()) {
					this.open.remove(named.name);
					this.ended.put(named.name, named.ended);
					this.registries.forEach(named::unregister);
				}
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private static SubscriptionStats sum(SubscriptionStats one, SubscriptionStats other) {
		return new SubscriptionStats(one.received() + other.received(), one.handled() + other.handled(),
				one.failed() + other.failed(), one.dropped() + other.dropped(), one.coalesced() + other.coalesced(),
				one.gaps() + other.gaps(), one.slow() + other.slow(), one.queued() + other.queued());
	}

	/** The subscriptions of one name. */
	private final class Named {

		private final String name;

		private final List<Subscription> subscriptions = new ArrayList<>();

		private final List<Meter> meters = new ArrayList<>();

		private SubscriptionStats ended;

		Named(String name, SubscriptionStats ended) {
			this.name = name;
			this.ended = ended;
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

		/** Under the lock, so that none is counted twice or not at all while it ends. */
		private long value(ToLongFunction<SubscriptionStats> value) {
			SubscriptionMeters.this.lock.lock();
			try {
				return value.applyAsLong(this.ended)
						+ this.subscriptions.stream().map(Subscription::stats).mapToLong(value).sum();
			}
			finally {
				SubscriptionMeters.this.lock.unlock();
			}
		}

	}

}
