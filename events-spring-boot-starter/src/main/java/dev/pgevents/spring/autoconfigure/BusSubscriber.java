package dev.pgevents.spring.autoconfigure;

import dev.pgevents.EventBus;
import dev.pgevents.EventHandler;
import dev.pgevents.EventStream;
import dev.pgevents.Subscriber;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;

/**
 * The bus's subscribing half, as a bean of its own that a test can replace alone.
 */
final class BusSubscriber implements Subscriber {

	private final EventBus bus;

	BusSubscriber(EventBus bus) {
		this.bus = bus;
	}

	@Override
	public Subscription subscribe(SubscriptionFilter filter, SubscriptionOptions options, EventHandler handler) {
		return this.bus.subscribe(filter, options, handler);
	}

	@Override
	public EventStream open(SubscriptionFilter filter, SubscriptionOptions options) {
		return this.bus.open(filter, options);
	}

	@Override
	public boolean isDelivering() {
		return this.bus.isDelivering();
	}

}
