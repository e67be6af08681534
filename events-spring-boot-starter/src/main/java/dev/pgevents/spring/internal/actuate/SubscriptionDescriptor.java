package dev.pgevents.spring.internal.actuate;

import java.util.Set;
import java.util.TreeSet;

import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionStats;

/**
 * A subscription as the endpoint shows it.
 *
 * @param name its name
 * @param types the types it asks for, all if empty
 * @param apps the apps it asks for, all if empty
 * @param ready whether it has been live
 * @param stats what has happened so far
 * @since 0.1
 */
public record SubscriptionDescriptor(String name, Set<String> types, Set<String> apps, boolean ready,
		SubscriptionStats stats) {

	static SubscriptionDescriptor of(Subscription subscription) {
		boolean ready = subscription.ready().isDone() && !subscription.ready().isCompletedExceptionally();
		return new SubscriptionDescriptor(subscription.name(), new TreeSet<>(subscription.filter().types()),
				new TreeSet<>(subscription.filter().appIds()), ready, subscription.stats());
	}

}
