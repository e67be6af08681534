package dev.pgevents.spring.internal.listener;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;

import dev.pgevents.EventHandler;
import dev.pgevents.Subscriber;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import org.jspecify.annotations.Nullable;

/**
 * An endpoint that is a subscription.
 *
 * @param id its id
 * @param autoStartup whether it starts with the container
 * @param filter which events
 * @param options how to buffer and call
 * @param handler what to call
 */
record SubscriptionEndpoint(String id, boolean autoStartup, SubscriptionFilter filter, SubscriptionOptions options,
		EventHandler handler) implements Endpoint {

	@Override
	public Running start(Subscriber subscriber, @Nullable Instant awaySince) {
		Subscription subscription = subscriber.subscribe(this.filter,
				this.options.toBuilder().awaySince(awaySince).build(), this.handler);
		return new Running() {

			@Override
			public Subscription subscription() {
				return subscription;
			}

			@Override
			public CompletableFuture<Void> ready() {
				return subscription.ready();
			}

			@Override
			public void close() {
				subscription.close();
			}

		};
	}

}
