package dev.pgevents.spring.internal.observation;

import dev.pgevents.EventHandler;
import dev.pgevents.Publisher;

/**
 * Observes what is published and what is handled. Thread-safe.
 *
 * @since 0.1
 */
public interface EventObserver {

	/** Observes nothing. */
	EventObserver NONE = new EventObserver() {

		@Override
		public Publisher observed(Publisher publisher) {
			return publisher;
		}

		@Override
		public EventHandler observed(String subscription, EventHandler handler) {
			return handler;
		}

	};

	/**
	 * A publisher whose calls are observed.
	 * @param publisher what publishes
	 * @return the observed one
	 */
	Publisher observed(Publisher publisher);

	/**
	 * A handler whose calls are observed.
	 * @param subscription the name of its subscription
	 * @param handler what handles
	 * @return the observed one
	 */
	EventHandler observed(String subscription, EventHandler handler);

}
