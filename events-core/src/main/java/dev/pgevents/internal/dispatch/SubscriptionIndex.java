package dev.pgevents.internal.dispatch;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;

import dev.pgevents.Event;
import dev.pgevents.SubscriptionFilter;
import org.jspecify.annotations.Nullable;

/**
 * Finds the subscriptions of an event by looking up its type, the groups it is in, and
 * its app, so that those that do not match cost nothing. Reading takes no lock and, where
 * there are no groups, makes no garbage.
 */
final class SubscriptionIndex {

	private static final String WILDCARD = ".*";

	private final Map<String, AppIndex> types = new ConcurrentHashMap<>();

	/** By the group's name without the wildcard: {@code epoch} for {@code epoch.*}. */
	private final Map<String, AppIndex> groups = new ConcurrentHashMap<>();

	private final AppIndex all = new AppIndex();

	/** Held while subscriptions come and go. */
	private final ReentrantLock lock = new ReentrantLock();

	void add(AbstractSubscription subscription) {
		change(subscription, true);
	}

	void remove(AbstractSubscription subscription) {
		change(subscription, false);
	}

	/** Calls an action with each subscription that wants an event. */
	void each(Event event, BiConsumer<AbstractSubscription, Event> action) {
		String type = event.type().value();
		each(this.types.get(type), event, action);
		if (!this.groups.isEmpty()) {
			for (int dot = type.lastIndexOf('.'); dot > 0; dot = type.lastIndexOf('.', dot - 1)) {
				each(this.groups.get(type.substring(0, dot)), event, action);
			}
		}
		this.all.each(event, action);
	}

	private static void each(@Nullable AppIndex index, Event event, BiConsumer<AbstractSubscription, Event> action) {
		if (index != null) {
			index.each(event, action);
		}
	}

	private void change(AbstractSubscription subscription, boolean add) {
		SubscriptionFilter filter = subscription.filter();
		this.lock.lock();
		try {
			if (filter.types().isEmpty()) {
				this.all.change(subscription, add);
			}
			for (String pattern : uncovered(filter.types())) {
				if (pattern.endsWith(WILDCARD)) {
					change(this.groups, pattern.substring(0, pattern.length() - WILDCARD.length()), subscription, add);
				}
				else {
					change(this.types, pattern, subscription, add);
				}
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private static void change(Map<String, AppIndex> indexes, String name, AbstractSubscription subscription,
			boolean add) {
		AppIndex index = indexes.computeIfAbsent(name, (key) -> new AppIndex());
		index.change(subscription, add);
		if (index.isEmpty()) {
			indexes.remove(name);
		}
	}

	/** The patterns without those that another one covers: each event is found once. */
	private static Set<String> uncovered(Set<String> types) {
		if (types.size() < 2) {
			return types;
		}
		Set<String> patterns = new LinkedHashSet<>(types);
		patterns.removeIf((pattern) -> types.stream().anyMatch((other) -> covers(other, pattern)));
		return patterns;
	}

	private static boolean covers(String wildcard, String pattern) {
		return wildcard.endsWith(WILDCARD) && !wildcard.equals(pattern)
				&& pattern.startsWith(wildcard.substring(0, wildcard.length() - 1));
	}

}
