package dev.pgevents.spring.internal.observation;

import dev.pgevents.Event;
import dev.pgevents.EventErrorHandler;
import dev.pgevents.EventHandler;
import dev.pgevents.Publisher;
import dev.pgevents.SyncTask;

/**
 * Measures what another one observes.
 *
 * @param observer the other one
 * @param timing measures
 * @since 0.1
 */
public record TimedObserver(EventObserver observer, HandlerTiming timing) implements EventObserver {

	@Override
	public Publisher observed(Publisher publisher) {
		return this.observer.observed(publisher);
	}

	@Override
	public EventHandler observed(String subscription, EventHandler handler) {
		return this.timing.timed(subscription, this.observer.observed(subscription, handler));
	}

	@Override
	public void filtered(String subscription, Event event) {
		this.timing.filtered(subscription, event);
	}

	@Override
	public EventErrorHandler observed(EventErrorHandler errorHandler) {
		return this.observer.observed(errorHandler);
	}

	@Override
	public SyncTask observedSync(String method, SyncTask task) {
		return this.observer.observedSync(method, task);
	}

	@Override
	public void reportFailedSync(Throwable failure, Runnable report) {
		this.observer.reportFailedSync(failure, report);
	}

}
