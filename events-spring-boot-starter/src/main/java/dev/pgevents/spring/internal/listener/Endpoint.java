package dev.pgevents.spring.internal.listener;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;

import dev.pgevents.Subscriber;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import org.jspecify.annotations.Nullable;

/**
 * Something that receives events while the container runs. Immutable; may be started
 * again after it was closed.
 */
interface Endpoint {

	/** Unique in the container. */
	String id();

	/** Which events it asks for. */
	SubscriptionFilter filter();

	/** Whether it starts with the container. */
	boolean autoStartup();

	/**
	 * Starts it; what it returned before has been closed.
	 * @param subscriber where events come from
	 * @param awaySince when that was, or null if this is the first start
	 */
	Running start(Subscriber subscriber, @Nullable Instant awaySince);

	/**
	 * A started endpoint.
	 */
	interface Running extends AutoCloseable {

		/** The subscription, or null if the endpoint does not show it. */
		@Nullable Subscription subscription();

		/** Runs it now; false if there is nothing to run without an event. */
		default boolean resync() {
			return false;
		}

		/** Completes when events arrive; may fail. */
		CompletableFuture<Void> ready();

		@Override
		void close();

	}

}
