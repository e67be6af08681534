package dev.pgevents.spring.internal.listener;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;

import dev.pgevents.EventHandler;
import dev.pgevents.Subscriber;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.spring.EventsConfigurationException;
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
		Subscription subscription = subscribe(subscriber, this.options.toBuilder().awaySince(awaySince).build());
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

	/** What hinders a group is a matter of configuration: the log, another handler. */
	private Subscription subscribe(Subscriber subscriber, SubscriptionOptions options) {
		try {
			return subscriber.subscribe(this.filter, options, this.handler);
		}
		catch (IllegalArgumentException | IllegalStateException ex) {
			if (options.group() == null) {
				throw ex;
			}
			throw new EventsConfigurationException(
					"The handler method " + this.id + " cannot join its group: " + ex.getMessage(),
					"Correct what it names, or leave out the attribute group of the annotation.", ex);
		}
	}

}
