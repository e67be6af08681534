package dev.pgevents.dispatch;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

import dev.pgevents.Event;
import dev.pgevents.SubscriptionFilter;
import org.jspecify.annotations.Nullable;

/**
 * Finds the subscriptions of an event by looking up its type, the groups it is in, and
 * its app, so that those that do not match cost nothing. Reading takes no lock.
 */
final class SubscriptionIndex {

	private static final String ANY = "*";

	private static final AbstractSubscription[] NONE = {};

	private final Map<Key, AbstractSubscription[]> subscriptions = new ConcurrentHashMap<>();

	void add(AbstractSubscription subscription) {
		forEachKey(subscription.filter(), (key) -> this.subscriptions.merge(key,
				new AbstractSubscription[] { subscription }, SubscriptionIndex::joined));
	}

	void remove(AbstractSubscription subscription) {
		forEachKey(subscription.filter(),
				(key) -> this.subscriptions.computeIfPresent(key, (same, present) -> without(present, subscription)));
	}

	void offer(Event event, @Nullable Executor starter) {
		String app = event.appId();
		String type = event.type().value();
		offer(type, app, event, starter);
		for (int dot = type.lastIndexOf('.'); dot > 0; dot = type.lastIndexOf('.', dot - 1)) {
			offer(type.substring(0, dot) + ".*", app, event, starter);
		}
		offer(ANY, app, event, starter);
	}

	private void offer(String pattern, @Nullable String app, Event event, @Nullable Executor starter) {
		for (AbstractSubscription subscription : this.subscriptions.getOrDefault(new Key(pattern, null), NONE)) {
			subscription.offer(event, starter);
		}
		if (app != null) {
			for (AbstractSubscription subscription : this.subscriptions.getOrDefault(new Key(pattern, app), NONE)) {
				subscription.offer(event, starter);
			}
		}
	}

	private static void forEachKey(SubscriptionFilter filter, Consumer<Key> action) {
		for (String pattern : patterns(filter.types())) {
			if (filter.appIds().isEmpty()) {
				action.accept(new Key(pattern, null));
			}
			filter.appIds().forEach((app) -> action.accept(new Key(pattern, app)));
		}
	}

	/** The patterns without those that another one covers: each event is found once. */
	private static Set<String> patterns(Set<String> types) {
		if (types.isEmpty()) {
			return Set.of(ANY);
		}
		Set<String> patterns = new LinkedHashSet<>(types);
		patterns.removeIf((pattern) -> types.stream().anyMatch((other) -> covers(other, pattern)));
		return patterns;
	}

	private static boolean covers(String wildcard, String pattern) {
		return wildcard.endsWith(".*") && !wildcard.equals(pattern)
				&& pattern.startsWith(wildcard.substring(0, wildcard.length() - 1));
	}

	private static AbstractSubscription[] joined(AbstractSubscription[] some, AbstractSubscription[] more) {
		AbstractSubscription[] all = Arrays.copyOf(some, some.length + more.length);
		System.arraycopy(more, 0, all, some.length, more.length);
		return all;
	}

	private static AbstractSubscription @Nullable [] without(AbstractSubscription[] some, AbstractSubscription one) {
		AbstractSubscription[] left = Arrays.stream(some)
			.filter((other) -> other != one)
			.toArray(AbstractSubscription[]::new);
		return (left.length > 0) ? left : null;
	}

	private record Key(String pattern, @Nullable String app) {

	}

}
