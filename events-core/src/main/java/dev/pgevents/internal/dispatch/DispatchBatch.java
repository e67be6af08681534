package dev.pgevents.internal.dispatch;

import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

import dev.pgevents.Event;

/**
 * Events that are put into buffers before a handler is started for any of them: for a
 * caller that holds a lock meanwhile, which must not be held while an executor is called,
 * and for one that has many, of which a thread that was woken for the first would be
 * woken again for the next. For one thread; can be used again once it was started.
 *
 * @since 0.1
 */
public final class DispatchBatch {

	private final Dispatcher dispatcher;

	private final SubscriptionIndex index;

	private final BiConsumer<AbstractSubscription, Event> adding = this::add;

	private final List<Event> events = new ArrayList<>();

	/** Those that need a worker. */
	private final List<AbstractSubscription> waiting = new ArrayList<>();

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
		this.index.each(event, this.adding);
	}

	private void add(AbstractSubscription subscription, Event event) {
		if (subscription.add(event)) {
			this.waiting.add(subscription);
		}
	}

	/**
	 * Starts the handlers of what was added. To be called without a lock.
	 */
	public void start() {
		this.events.forEach(this.dispatcher::logDispatch);
		this.events.clear();
		this.waiting.forEach(AbstractSubscription::afterAdding);
		this.waiting.clear();
	}

}
