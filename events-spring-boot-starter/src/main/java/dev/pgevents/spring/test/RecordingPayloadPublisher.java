package dev.pgevents.spring.test;

import dev.pgevents.Event;
import dev.pgevents.Publisher;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.internal.payload.PayloadClass;

/**
 * Publishes nothing, and refuses what the real one refuses: for test slices.
 */
final class RecordingPayloadPublisher implements DomainEventPublisher {

	private final Publisher publisher;

	RecordingPayloadPublisher(Publisher publisher) {
		this.publisher = publisher;
	}

	@Override
	public void publish(Object payload) {
		PayloadClass payloadClass = PayloadClass.of(payload.getClass());
		this.publisher.publish(Event.of(payloadClass.type(), payloadClass.appIdOf(payload), payload));
	}

}
