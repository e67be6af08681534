package dev.pgevents.spring.internal.listener;

import java.util.concurrent.CompletableFuture;

import dev.pgevents.EventHandler;
import dev.pgevents.EventStream;
import dev.pgevents.Subscriber;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.SubscriptionStats;

/**
 * A subscriber that gives a subscription even where a mock, in a test of the application,
 * gives null.
 */
final class MockableSubscriber implements Subscriber {

	private final Subscriber subscriber;

	MockableSubscriber(Subscriber subscriber) {
		this.subscriber = subscriber;
	}

	@Override
	public Subscription subscribe(SubscriptionFilter filter, SubscriptionOptions options, EventHandler handler) {
		Subscription subscription = this.subscriber.subscribe(filter, options, handler);
		return (subscription != null) ? subscription : new Nothing(String.valueOf(options.name()), filter);
	}

	@Override
	public EventStream open(SubscriptionFilter filter, SubscriptionOptions options) {
		return this.subscriber.open(filter, options);
	}

	@Override
	public boolean isDelivering() {
		return this.subscriber.isDelivering();
	}

	/** A subscription that receives nothing. */
	private record Nothing(String name, SubscriptionFilter filter) implements Subscription {

		@Override
		public CompletableFuture<Void> ready() {
			return CompletableFuture.completedFuture(null);
		}

		@Override
		public SubscriptionStats stats() {
			return new SubscriptionStats(0, 0, 0, 0, 0, 0, 0, 0);
		}

		@Override
		public void pause() {
		}

		@Override
		public void close() {
		}

	}

}
