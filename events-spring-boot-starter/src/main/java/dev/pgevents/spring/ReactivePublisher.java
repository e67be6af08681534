package dev.pgevents.spring;

import java.util.Collection;

import dev.pgevents.Event;
import reactor.core.publisher.Mono;

/**
 * Publishes from reactive code, where {@link dev.pgevents.Publisher} knows of no
 * transaction and waits for the server on the calling thread. A bean of this type is
 * there where Reactor is on the class path.
 *
 * <p>
 * Within a reactive transaction (of a {@code ReactiveTransactionManager}) events leave
 * once that has committed, in one statement and in their order; they are dropped if it
 * rolls back, and lost if the process dies in between. Outside of one they leave when the
 * {@code Mono} is subscribed to. Events of a {@code NESTED} transaction that is rolled
 * back leave with the outer one: reactive transactions do not announce savepoints.
 *
 * <p>
 * Thread-safe.
 *
 * @since 0.1
 */
public interface ReactivePublisher {

	/**
	 * Publishes an event.
	 * @param event the event; encoded when the result is subscribed to
	 * @return completes once the event waits for the commit of the transaction it was
	 * subscribed to in, or without one, once the server has taken it; fails as
	 * {@link dev.pgevents.Publisher#publish} does. What cannot leave after a commit is
	 * logged
	 */
	Mono<Void> publish(Event event);

	/**
	 * Publishes events, all or none, in their order.
	 * @param events the events; encoded when the result is subscribed to
	 * @return as of {@link #publish}
	 */
	Mono<Void> publishAll(Collection<Event> events);

}
