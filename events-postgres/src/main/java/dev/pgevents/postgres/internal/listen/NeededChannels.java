package dev.pgevents.postgres.internal.listen;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

import dev.pgevents.Gap;
import dev.pgevents.internal.dispatch.BusSubscription;

/**
 * The channels that the open subscriptions need, and which subscriptions need each.
 * Thread-safe.
 */
final class NeededChannels {

	private final ReentrantLock lock = new ReentrantLock();

	private final Map<String, Set<BusSubscription>> needed = new HashMap<>();

	private final Map<BusSubscription, Set<String>> bySubscription = new HashMap<>();

	void add(BusSubscription subscription, Set<String> channels) {
		this.lock.lock();
		try {
			this.bySubscription.put(subscription, channels);
			for (String channel : channels) {
				this.needed.computeIfAbsent(channel, (key) -> new HashSet<>()).add(subscription);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	void remove(BusSubscription subscription) {
		this.lock.lock();
		try {
			for (String channel : this.bySubscription.getOrDefault(subscription, Set.of())) {
				this.needed.computeIfPresent(channel, (key, subscriptions) -> {
					subscriptions.remove(subscription);
					return subscriptions.isEmpty() ? null : subscriptions;
				});
			}
			this.bySubscription.remove(subscription);
		}
		finally {
			this.lock.unlock();
		}
	}

	Set<String> needed() {
		this.lock.lock();
		try {
			return Set.copyOf(this.needed.keySet());
		}
		finally {
			this.lock.unlock();
		}
	}

	boolean isNeeded(String channel) {
		this.lock.lock();
		try {
			return this.needed.containsKey(channel);
		}
		finally {
			this.lock.unlock();
		}
	}

	List<BusSubscription> all() {
		this.lock.lock();
		try {
			return List.copyOf(this.bySubscription.keySet());
		}
		finally {
			this.lock.unlock();
		}
	}

	/** The subscriptions all of whose channels are among the given ones. */
	List<BusSubscription> coveredBy(Set<String> channels) {
		this.lock.lock();
		try {
			List<BusSubscription> covered = new ArrayList<>();
			for (Map.Entry<BusSubscription, Set<String>> each : this.bySubscription.entrySet()) {
				if (channels.containsAll(each.getValue())) {
					covered.add(each.getKey());
				}
			}
			return covered;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** An event of a channel is lost, of which no more is known. */
	void raiseUnreadable(String channel, Clock clock) {
		Instant now = clock.instant();
		Gap gap = new Gap(Gap.Reason.UNREADABLE, now, now, 1);
		subscriptionsOf(channel).forEach((subscription) -> subscription.gap(gap));
	}

	private List<BusSubscription> subscriptionsOf(String channel) {
		this.lock.lock();
		try {
			return List.copyOf(this.needed.getOrDefault(channel, Set.of()));
		}
		finally {
			this.lock.unlock();
		}
	}

}
