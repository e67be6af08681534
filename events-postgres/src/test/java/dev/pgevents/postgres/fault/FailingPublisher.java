package dev.pgevents.postgres.fault;

import java.util.Collection;
import java.util.concurrent.CompletableFuture;

import dev.pgevents.Event;
import dev.pgevents.PublishException;
import dev.pgevents.PublishException.Outcome;
import dev.pgevents.Publisher;

/** Publishes every third event, starting with the first. */
record FailingPublisher(Publisher publisher) implements Publisher {

	@Override
	public void publish(Event event) {
		switch (event.payloadAs(Integer.class) % 3) {
			case 0 -> this.publisher.publish(event);
			case 1 -> throw new PublishException(Outcome.NOT_PUBLISHED, "not published", null);
			default -> throw new PublishException("whether it was published is not known");
		}
	}

	@Override
	public void publishAll(Collection<Event> events) {
		events.forEach(this::publish);
	}

	@Override
	public CompletableFuture<Void> publishAsync(Event event) {
		throw new UnsupportedOperationException();
	}

}
