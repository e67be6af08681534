package dev.pgevents.spring.internal.observation;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;

/**
 * Measures how long events take to their handlers, and handlers for them.
 *
 * @since 0.1
 */
public interface HandlerTiming {

	/**
	 * A handler whose calls are measured.
	 * @param subscription the name of its subscription
	 * @param handler what handles
	 * @return the measured one
	 */
	EventHandler timed(String subscription, EventHandler handler);

	/**
	 * Counts an event that the condition of a handler has not let through.
	 * @param subscription the name of its subscription
	 * @param event the event
	 */
	void filtered(String subscription, Event event);

}
