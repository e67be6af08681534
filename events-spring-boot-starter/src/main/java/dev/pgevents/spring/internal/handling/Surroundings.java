package dev.pgevents.spring.internal.handling;

import java.util.List;
import java.util.function.Supplier;

import dev.pgevents.Event;
import dev.pgevents.EventErrorHandler;
import dev.pgevents.EventHandler;
import dev.pgevents.Gap;
import dev.pgevents.Publisher;
import dev.pgevents.SyncTask;
import dev.pgevents.spring.DomainEventInterceptor;
import dev.pgevents.spring.internal.observation.EventObserver;

import org.springframework.core.task.TaskDecorator;

/**
 * What surrounds each call of the application's code, from the outside: a clean thread
 * with the task decorators, the observation, the interceptors, the event in hand.
 *
 * @since 0.1
 */
public final class Surroundings implements EventObserver {

	private final EventObserver observer;

	private final Supplier<List<DomainEventInterceptor>> interceptors;

	private final CleanThread thread;

	/**
	 * Surrounds calls.
	 * @param observer observes them
	 * @param interceptors the interceptors, outermost first; asked for at the first call
	 * @param decorators the decorators, outermost first; asked for at the first call
	 */
	public Surroundings(EventObserver observer, Supplier<List<DomainEventInterceptor>> interceptors,
			Supplier<List<TaskDecorator>> decorators) {
		this.observer = observer;
		this.interceptors = interceptors;
		this.thread = new CleanThread(decorators);
	}

	@Override
	public Publisher observed(Publisher publisher) {
		return this.observer.observed(publisher);
	}

	@Override
	public EventHandler observed(String subscription, EventHandler handler) {
		EventHandler observed = this.observer.observed(subscription,
				new InterceptedHandler(subscription, EventInHand.held(handler), this.interceptors));
		return new EventHandler() {

			@Override
			public void onEvent(Event event) throws Exception {
				Surroundings.this.thread.call(() -> observed.onEvent(event));
			}

			@Override
			public void onGap(Gap gap) throws Exception {
				Surroundings.this.thread.call(() -> observed.onGap(gap));
			}

		};
	}

	@Override
	public void filtered(String subscription, Event event) {
		this.observer.filtered(subscription, event);
	}

	@Override
	public EventErrorHandler observed(EventErrorHandler errorHandler) {
		return this.observer.observed(errorHandler);
	}

	@Override
	public SyncTask observedSync(String method, SyncTask task) {
		SyncTask observed = this.observer.observedSync(method, task);
		return (trigger) -> this.thread.call(() -> observed.sync(trigger));
	}

	@Override
	public void reportFailedSync(Throwable failure, Runnable report) {
		this.observer.reportFailedSync(failure, report);
	}

}
