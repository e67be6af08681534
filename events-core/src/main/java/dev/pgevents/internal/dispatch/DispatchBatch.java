package dev.pgevents.internal.dispatch;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import dev.pgevents.Event;

/**
 * Events that are put into buffers before a handler is started for any of them: for a
 * caller that holds a lock meanwhile, which must not be held while an executor is called.
 * For one thread.
 *
 * @since 0.1
 */
public final class DispatchBatch {

	private final Dispatcher dispatcher;

	private final SubscriptionIndex index;

	private final List<Event> events = new ArrayList<>();

	private final Set<AbstractSubscription> subscriptions = new LinkedHashSet<>();

	DispatchBatch(Dispatcher dispatcher, SubscriptionIndex index) {
		this.dispatcher = dispatcher;
		this.index = index;
	}

	/**
	 * Puts an event into the buffers of all live subscriptions that want it. Calls
	 * nothing of the user's.
	 * @param event the event
	 */
	public void add(Event event) {
		this.events.add(event);
		this.index.each(event, this::add);
	}

	private void add(AbstractSubscription subscription, Event event) {
		subscription.add(event);
		this.subscriptions.add(subscription);
	}

	/**
	 * Starts the handlers of what was added. To be called without a lock.
	 */
	public void start() {
		this.events.forEach(this.dispatcher::logDispatch);
		this.subscriptions.forEach(AbstractSubscription::afterAdding);
	}

}
