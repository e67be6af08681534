package dev.pgevents.spring.internal.observation;

import dev.pgevents.EventErrorHandler;
import dev.pgevents.EventHandler;
import dev.pgevents.Publisher;
import dev.pgevents.SyncTask;
import io.micrometer.observation.ObservationRegistry;

/**
 * Makes an observation {@code events.publish} of each published event one
 * {@code events.handle} of each call of a handler, and one {@code events.sync} of each
 * run of a synchronizing method. Where the application traces, the first writes its trace
 * context into the event's headers, as {@code traceparent} say, and the second continues
 * from there.
 *
 * @since 0.1
 */
public final class MicrometerEventObserver implements EventObserver {

	private final ObservationRegistry registry;

	private final TypeTag types = new TypeTag();

	/**
	 * Observes by a registry.
	 * @param registry observes; asked at each call whether it has handlers
	 */
	public MicrometerEventObserver(ObservationRegistry registry) {
		this.registry = registry;
	}

	@Override
	public Publisher observed(Publisher publisher) {
		return new ObservedPublisher(publisher, this.registry, this.types);
	}

	@Override
	public EventHandler observed(String subscription, EventHandler handler) {
		return new ObservedHandler(subscription, handler, this.registry, this.types);
	}

	@Override
	public EventErrorHandler observed(EventErrorHandler errorHandler) {
		return new ObservedErrorHandler(errorHandler);
	}

	@Override
	public SyncTask observedSync(String method, SyncTask task) {
		return new ObservedSync(method, task, this.registry);
	}

	@Override
	public void reportFailedSync(Throwable failure, Runnable report) {
		FailedCall.report(failure, report);
	}

}
