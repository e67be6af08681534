package dev.pgevents.internal.dispatch;

import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

import dev.pgevents.Event;

/**
 * The subscriptions to one type or group of types: those to all apps, and those to each.
 * Read by any thread without a lock, changed by one at a time.
 */
final class AppIndex {

	private static final AbstractSubscription[] NONE = {};

	private volatile AbstractSubscription[] allApps = NONE;

	private final Map<String, AbstractSubscription[]> apps = new ConcurrentHashMap<>();

	void add(AbstractSubscription subscription) {
		change(subscription, AppIndex::with);
	}

	void remove(AbstractSubscription subscription) {
		change(subscription, AppIndex::without);
	}

	boolean isEmpty() {
		return this.allApps.length == 0 && this.apps.isEmpty();
	}

	void each(Event event, BiConsumer<AbstractSubscription, Event> action) {
		each(this.allApps, event, action);
		String app = event.appId();
		if (app != null && !this.apps.isEmpty()) {
			each(this.apps.getOrDefault(app, NONE), event, action);
		}
	}

	private static void each(AbstractSubscription[] subscriptions, Event event,
			BiConsumer<AbstractSubscription, Event> action) {
		for (AbstractSubscription subscription : subscriptions) {
			action.accept(subscription, event);
		}
	}

	private void change(AbstractSubscription subscription,
			BiFunction<AbstractSubscription[], AbstractSubscription, AbstractSubscription[]> change) {
		if (subscription.filter().appIds().isEmpty()) {
			this.allApps = change.apply(this.allApps, subscription);
		}
		for (String app : subscription.filter().appIds()) {
			AbstractSubscription[] changed = change.apply(this.apps.getOrDefault(app, NONE), subscription);
			if (changed.length > 0) {
				this.apps.put(app, changed);
			}
			else {
				this.apps.remove(app);
			}
		}
	}

	private static AbstractSubscription[] with(AbstractSubscription[] some, AbstractSubscription one) {
		AbstractSubscription[] all = Arrays.copyOf(some, some.length + 1);
		all[some.length] = one;
		return all;
	}

	private static AbstractSubscription[] without(AbstractSubscription[] some, AbstractSubscription one) {
		return Arrays.stream(some).filter((other) -> other != one).toArray(AbstractSubscription[]::new);
	}

}
