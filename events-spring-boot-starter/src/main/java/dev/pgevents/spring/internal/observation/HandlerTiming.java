package dev.pgevents.spring.internal.observation;

import dev.pgevents.EventHandler;

/**
 * Measures how long events take to their handlers, and handlers for them.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface HandlerTiming {

	/**
	 * A handler whose calls are measured.
	 * @param subscription the name of its subscription
	 * @param handler what handles
	 * @return the measured one
	 */
	EventHandler timed(String subscription, EventHandler handler);

}
