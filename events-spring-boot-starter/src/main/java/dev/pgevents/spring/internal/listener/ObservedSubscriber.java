package dev.pgevents.spring.internal.listener;

import dev.pgevents.EventErrorHandler;
import dev.pgevents.EventHandler;
import dev.pgevents.EventStream;
import dev.pgevents.Subscriber;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.internal.dispatch.LoggingErrorHandler;
import dev.pgevents.spring.internal.observation.EventObserver;

/**
 * Has failures of observed handlers reported within their observation.
 *
 * @param subscriber where events come from
 * @param observer observes the handlers
 */
record ObservedSubscriber(Subscriber subscriber, EventObserver observer) implements Subscriber {

	@Override
	public Subscription subscribe(SubscriptionFilter filter, SubscriptionOptions options, EventHandler handler) {
		EventErrorHandler given = options.errorHandler();
		EventErrorHandler reporting = this.observer.observed((given != null) ? given : new LoggingErrorHandler());
		return this.subscriber.subscribe(filter, options.toBuilder().errorHandler(reporting).build(), handler);
	}

	@Override
	public EventStream open(SubscriptionFilter filter, SubscriptionOptions options) {
		return this.subscriber.open(filter, options);
	}

	@Override
	public boolean isDelivering() {
		return this.subscriber.isDelivering();
	}

}
