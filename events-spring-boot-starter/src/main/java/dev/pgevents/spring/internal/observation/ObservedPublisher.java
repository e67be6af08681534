package dev.pgevents.spring.internal.observation;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import dev.pgevents.Event;
import dev.pgevents.Publisher;
import io.micrometer.observation.ObservationRegistry;

/**
 * Observes each event that is published, one in a transaction until that has ended: what
 * was rolled back is none that was published.
 */
final class ObservedPublisher implements Publisher {

	private final Publisher publisher;

	private final ObservationRegistry registry;

	private final TypeTag types;

	ObservedPublisher(Publisher publisher, ObservationRegistry registry, TypeTag types) {
		this.publisher = publisher;
		this.registry = registry;
		this.types = types;
	}

	@Override
	public void publish(Event event) {
		if (this.registry.isNoop()) {
			this.publisher.publish(event);
			return;
		}
		PublishObservation observation = PublishObservation.start(event, this.registry, this.types);
		observe(List.of(observation), () -> observation
			.call(() -> send(List.of(observation), () -> this.publisher.publish(observation.event()))));
	}

	@Override
	public void publishAll(Collection<Event> events) {
		if (this.registry.isNoop()) {
			this.publisher.publishAll(events);
			return;
		}
		List<PublishObservation> observations = events.stream()
			.map((event) -> PublishObservation.start(event, this.registry, this.types))
			.toList();
		observe(observations, () -> send(observations,
				() -> this.publisher.publishAll(observations.stream().map(PublishObservation::event).toList())));
	}

	@Override
	public CompletableFuture<Void> publishAsync(Event event) {
		if (this.registry.isNoop()) {
			return this.publisher.publishAsync(event);
		}
		PublishObservation observation = PublishObservation.start(event, this.registry, this.types);
		try {
			CompletableFuture<Void> published = this.publisher.publishAsync(observation.event());
			published.whenComplete((none, failure) -> observation.end(failure));
			return published;
		}
		catch (RuntimeException | Error ex) {
			observation.end(ex);
			throw ex;
		}
	}

	/** Sends the events, and reports, once it is known, what became of them. */
	private CompletableFuture<Boolean> send(List<PublishObservation> observations, Runnable publishing) {
		if (this.publisher instanceof HoldingPublisher holding) {
			return holding.publishOrHold(observations.stream().map(PublishObservation::event).toList());
		}
		publishing.run();
		return CompletableFuture.completedFuture(true);
	}

	private static void observe(List<PublishObservation> observations,
			Supplier<CompletableFuture<Boolean>> publishing) {
		CompletableFuture<Boolean> fate;
		try {
			fate = publishing.get();
		}
		catch (RuntimeException | Error ex) {
			observations.forEach((observation) -> observation.end(ex));
			throw ex;
		}
		fate.whenComplete((published, failure) -> observations.forEach((observation) -> {
			if (Boolean.FALSE.equals(published)) {
				observation.rollBack();
			}
			else {
				observation.end(failure);
			}
		}));
	}

}
