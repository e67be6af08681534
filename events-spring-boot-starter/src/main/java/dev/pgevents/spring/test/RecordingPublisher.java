package dev.pgevents.spring.test;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

import dev.pgevents.Event;
import dev.pgevents.Publisher;

/**
 * Publishes nothing: for test slices, which have no bus.
 */
final class RecordingPublisher implements Publisher {

	private final DomainEventRecorder recorder;

	RecordingPublisher(DomainEventRecorder recorder) {
		this.recorder = recorder;
	}

	@Override
	public void publish(Event event) {
		this.recorder.published(List.of(event));
	}

	@Override
	public void publishAll(Collection<Event> events) {
		this.recorder.published(List.copyOf(events));
	}

	@Override
	public CompletableFuture<Void> publishAsync(Event event) {
		publish(event);
		return CompletableFuture.completedFuture(null);
	}

}
