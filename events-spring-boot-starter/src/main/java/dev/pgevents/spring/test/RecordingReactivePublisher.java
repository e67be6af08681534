package dev.pgevents.spring.test;

import java.util.Collection;
import java.util.List;

import dev.pgevents.Event;
import dev.pgevents.spring.ReactivePublisher;
import reactor.core.publisher.Mono;

/**
 * Publishes nothing: for test slices of reactive applications.
 */
final class RecordingReactivePublisher implements ReactivePublisher {

	private final DomainEventRecorder recorder;

	RecordingReactivePublisher(DomainEventRecorder recorder) {
		this.recorder = recorder;
	}

	@Override
	public Mono<Void> publish(Event event) {
		return publishAll(List.of(event));
	}

	@Override
	public Mono<Void> publishAll(Collection<Event> events) {
		List<Event> copy = List.copyOf(events);
		return Mono.fromRunnable(() -> this.recorder.published(copy));
	}

}
