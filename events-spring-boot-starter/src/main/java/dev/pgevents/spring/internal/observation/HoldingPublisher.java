package dev.pgevents.spring.internal.observation;

import java.util.Collection;
import java.util.concurrent.CompletableFuture;

import dev.pgevents.Event;
import dev.pgevents.Publisher;

/**
 * A publisher that may hold events until a transaction ends, and reports what became of
 * them.
 *
 * @since 0.1
 */
public interface HoldingPublisher extends Publisher {

	/**
	 * Publishes events, now or later.
	 * @param events what to publish
	 * @return true once they are published, false if their transaction rolls back, or
	 * what has kept them from being published
	 */
	CompletableFuture<Boolean> publishOrHold(Collection<Event> events);

}
