package dev.pgevents.spring.test;

import java.util.List;

import dev.pgevents.Event;

/**
 * The events that the application of a test has published and handled since the test
 * method began, or since {@link #clear()}, on whatever thread. The lists are copies, in
 * the order in which things happened.
 *
 * <p>
 * Published is what the {@code Publisher} bean, or what publishes through it, has
 * accepted. In a transaction that is so before the commit: an event of one that rolls
 * back is recorded, and never arrives. What {@code ReactivePublisher} publishes is
 * recorded when its {@code Mono} is subscribed to. Handled is each event that a handler
 * method, or the bridge to application events, has taken without an exception: once for
 * each of them.
 *
 * <p>
 * A payload class is one with {@link dev.pgevents.spring.DomainEvent}, which says the
 * type of the events; their payloads are read as it.
 *
 * <p>
 * Every method throws an {@link IllegalStateException} outside of a test method whose
 * class has {@link RecordDomainEvents}. Thread-safe.
 *
 * @since 0.1
 */
public interface DomainEvents {

	/**
	 * Returns all events that were published.
	 * @return the events
	 */
	List<Event> published();

	/**
	 * Returns the events of one type, or of several, that were published.
	 * @param type a type, or with {@code .*} at its end a group of types
	 * @return the events
	 */
	List<Event> published(String type);

	/**
	 * Returns the payloads of one class that were published.
	 * @param <T> the class
	 * @param payload a payload class
	 * @return the payloads
	 * @throws IllegalArgumentException if the class is no payload class
	 */
	<T> List<T> published(Class<T> payload);

	/**
	 * Returns all events that were handled, by whichever handler.
	 * @return the events, as often as they were handled
	 */
	List<Event> handled();

	/**
	 * Returns the events of one type, or of several, that were handled.
	 * @param type a type, or with {@code .*} at its end a group of types
	 * @return the events, as often as they were handled
	 */
	List<Event> handled(String type);

	/**
	 * Returns the payloads of one class that were handled.
	 * @param <T> the class
	 * @param payload a payload class
	 * @return the payloads, as often as they were handled
	 * @throws IllegalArgumentException if the class is no payload class
	 */
	<T> List<T> handled(Class<T> payload);

	/**
	 * Returns the events that one handler has handled.
	 * @param id the method's id
	 * @return the events
	 */
	List<Event> handledBy(String id);

	/**
	 * Returns the calls of handlers that have failed.
	 * @return the failures
	 */
	List<Failure> failures();

	/** Forgets what was recorded so far. */
	void clear();

	/**
	 * A call of a handler that has failed.
	 *
	 * @param handler the method's id
	 * @param event the event
	 * @param exception what was thrown
	 */
	record Failure(String handler, Event event, Throwable exception) {

	}

}
