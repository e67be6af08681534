package dev.pgevents.internal.dispatch;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;

import dev.pgevents.Event;

/**
 * The subscriptions to one type or group of types: those to all apps, and those to each.
 * Read by any thread without a lock, changed by one at a time.
 */
final class AppIndex {

	private static final AbstractSubscription[] NONE = {};

	private volatile AbstractSubscription[] allApps = NONE;

	private final Map<String, AbstractSubscription[]> apps = new ConcurrentHashMap<>();

	/** Adds a subscription, or removes it. */
	void change(AbstractSubscription subscription, boolean add) {
		if (subscription.filter().appIds().isEmpty()) {
			this.allApps = changed(this.allApps, subscription, add);
		}
		for (String app : subscription.filter().appIds()) {
			AbstractSubscription[] changed = changed(this.apps.getOrDefault(app, NONE), subscription, add);
			if (changed.length > 0) {
				this.apps.put(app, changed);
			}
			else {
				this.apps.remove(app);
			}
		}
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

	private static AbstractSubscription[] changed(AbstractSubscription[] some, AbstractSubscription one, boolean add) {
		return add ? with(some, one) : without(some, one);
	}

	private static AbstractSubscription[] with(AbstractSubscription[] some, AbstractSubscription one) {
		AbstractSubscription[] all = Arrays.copyOf(some, some.length + 1);
		all[some.length] = one;
		return all;
	}

	private static AbstractSubscription[] without(AbstractSubscription[] some, AbstractSubscription one) {
		List<AbstractSubscription> left = new ArrayList<>(List.of(some));
		left.remove(one);
		return left.toArray(NONE);
	}

}
