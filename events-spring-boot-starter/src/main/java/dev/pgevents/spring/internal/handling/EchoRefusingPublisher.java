package dev.pgevents.spring.internal.handling;

import java.util.Collection;
import java.util.concurrent.CompletableFuture;

import dev.pgevents.Event;
import dev.pgevents.PayloadCodec;
import dev.pgevents.Publisher;

/**
 * Refuses to publish, from within the handling of an event, what would be handled in the
 * same way: an event of the same type with an equal payload. It would come back, and
 * again, as fast as the bus is, and once for each instance of the service.
 *
 * @since 0.1
 */
public final class EchoRefusingPublisher implements Publisher {

	private final Publisher publisher;

	private final EchoCheck echoes;

	/**
	 * Checks what is published through another publisher.
	 * @param publisher the other one
	 * @param codec how payloads become JSON
	 */
	public EchoRefusingPublisher(Publisher publisher, PayloadCodec codec) {
		this.publisher = publisher;
		this.echoes = new EchoCheck(codec);
	}

	@Override
	public void publish(Event event) {
		this.echoes.check(event);
		this.publisher.publish(event);
	}

	@Override
	public void publishAll(Collection<Event> events) {
		events.forEach(this.echoes::check);
		this.publisher.publishAll(events);
	}

	@Override
	public CompletableFuture<Void> publishAsync(Event event) {
		this.echoes.check(event);
		return this.publisher.publishAsync(event);
	}

}
