package dev.pgevents.spring.autoconfigure;

import dev.pgevents.Event;
import dev.pgevents.Publisher;
import dev.pgevents.spring.DomainEventPublisher;
import dev.pgevents.spring.internal.payload.PayloadClass;

/**
 * Publishes payloads as the annotations of their class say.
 */
final class AnnotatedPayloadPublisher implements DomainEventPublisher {

	private final Publisher publisher;

	AnnotatedPayloadPublisher(Publisher publisher) {
		this.publisher = publisher;
	}

	@Override
	public void publish(Object payload) {
		PayloadClass payloadClass = PayloadClass.of(payload.getClass());
		this.publisher.publish(Event.of(payloadClass.type(), payloadClass.appIdOf(payload), payload));
	}

}
