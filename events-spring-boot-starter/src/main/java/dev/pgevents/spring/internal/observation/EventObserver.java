package dev.pgevents.spring.internal.observation;

import dev.pgevents.Event;
import dev.pgevents.EventErrorHandler;
import dev.pgevents.EventHandler;
import dev.pgevents.Publisher;
import dev.pgevents.SyncTask;

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

		@Override
		public EventErrorHandler observed(EventErrorHandler errorHandler) {
			return errorHandler;
		}

		@Override
		public SyncTask observedSync(String method, SyncTask task) {
			return task;
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

	/**
	 * Called for an event that the condition of a handler has not let through.
	 * @param subscription the name of its subscription
	 * @param event the event
	 */
	default void filtered(String subscription, Event event) {
	}

	/**
	 * An error handler that is called within the observation of the call that failed.
	 * @param errorHandler called for failures of observed handlers
	 * @return the observed one
	 */
	EventErrorHandler observed(EventErrorHandler errorHandler);

	/**
	 * A synchronizing method whose runs are observed.
	 * @param method its id
	 * @param task what runs
	 * @return the observed one
	 */
	SyncTask observedSync(String method, SyncTask task);

	/**
	 * Reports the failure of a run, within its observation.
	 * @param failure what the run threw
	 * @param report writes the log line
	 */
	default void reportFailedSync(Throwable failure, Runnable report) {
		report.run();
	}

}
