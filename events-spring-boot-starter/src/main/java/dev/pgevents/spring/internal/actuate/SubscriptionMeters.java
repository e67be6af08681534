package dev.pgevents.spring.internal.actuate;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
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
 * Meters of each open subscription, tagged with its name; those of one name are added up.
 * They go when the last of a name is closed, so that short-lived subscriptions do not
 * pile up in the registry. Thread-safe.
 *
 * @since 0.1
 */
public final class SubscriptionMeters implements MeterBinder, SubscriptionListener {

	private final ReentrantLock lock = new ReentrantLock();

	private final List<MeterRegistry> registries = new ArrayList<>();

	private final Map<String, Named> open = new HashMap<>();

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
				named = new Named(subscription.name());
				this.open.put(subscription.name(), named);
				this.registries.forEach(named::register);
			}
			named.subscriptions.add(subscription);
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void onClosed(Subscription subscription) {
		this.lock.lock();
		try {
			Named named = this.open.get(subscription.name());
			if (named != null && named.subscriptions.remove(subscription) && named.subscriptions.isEmpty()) {
				this.open.remove(subscription.name());
				named.unregister();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** The subscriptions of one name. */
	private static final class Named {

		private final String name;

		private final List<Subscription> subscriptions = new CopyOnWriteArrayList<>();

		private final List<MeterRegistry> registries = new ArrayList<>();

		private final List<Meter.Id> meters = new ArrayList<>();

		Named(String name) {
			this.name = name;
		}

		void register(MeterRegistry registry) {
			this.registries.add(registry);
			count(registry, "received", "Events that matched the filter", SubscriptionStats::received);
			count(registry, "handled", "Events whose handler returned", SubscriptionStats::handled);
			count(registry, "failed", "Events whose handler threw", SubscriptionStats::failed);
			count(registry, "dropped", "Events for which the buffer had no room", SubscriptionStats::dropped);
			count(registry, "coalesced", "Events that a newer one replaced", SubscriptionStats::coalesced);
			count(registry, "gaps", "Gaps given to the handler", SubscriptionStats::gaps);
			count(registry, "slow", "Calls of the handler that ran longer than the threshold", SubscriptionStats::slow);
			added(Gauge.builder("events.subscription.queued", this, (named) -> named.sum(SubscriptionStats::queued))
				.description("Events that are waiting for the handler")
				.tag("subscription", this.name)
				.register(registry));
		}

		void unregister() {
			this.registries.forEach((registry) -> this.meters.forEach(registry::remove));
		}

		private void count(MeterRegistry registry, String what, String description,
				ToLongFunction<SubscriptionStats> value) {
			added(FunctionCounter.builder("events.subscription." + what, this, (named) -> named.sum(value))
				.description(description)
				.tag("subscription", this.name)
				.register(registry));
		}

		private void added(Meter meter) {
			this.meters.add(meter.getId());
		}

		private long sum(ToLongFunction<SubscriptionStats> value) {
			return this.subscriptions.stream().map(Subscription::stats).mapToLong(value).sum();
		}

	}

}
