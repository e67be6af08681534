package dev.pgevents.spring.internal.handling;

import java.util.Collection;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;

import dev.pgevents.Event;
import dev.pgevents.PayloadCodec;
import dev.pgevents.PayloadConversionException;
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

	private final PayloadCodec codec;

	/**
	 * Checks what is published through another publisher.
	 * @param publisher the other one
	 * @param codec how payloads become JSON
	 */
	public EchoRefusingPublisher(Publisher publisher, PayloadCodec codec) {
		this.publisher = publisher;
		this.codec = codec;
	}

	@Override
	public void publish(Event event) {
		check(event);
		this.publisher.publish(event);
	}

	@Override
	public void publishAll(Collection<Event> events) {
		events.forEach(this::check);
		this.publisher.publishAll(events);
	}

	@Override
	public CompletableFuture<Void> publishAsync(Event event) {
		check(event);
		return this.publisher.publishAsync(event);
	}

	private void check(Event event) {
		Event inHand = EventInHand.current();
		if (inHand != null && inHand.type().equals(event.type()) && isEqual(inHand, event)) {
			throw new IllegalStateException("event " + event.type() + " is not published: this thread is handling "
					+ inHand + ", which has the same type and an equal payload, so that the handler would be called "
					+ "with it again, without end. Publish an event of another type, or nothing: every instance has "
					+ "received this one");
		}
	}

	/** Where there is no payload, the app id is what the event says. */
	private boolean isEqual(Event inHand, Event event) {
		if (inHand.payload().isEmpty() || event.payload().isEmpty()) {
			return inHand.payload().isEmpty() && event.payload().isEmpty()
					&& Objects.equals(inHand.appId(), event.appId());
		}
		String received = inHand.payload().toJson(this.codec);
		String published = event.payload().toJson(this.codec);
		return received.equals(published) || isSameTree(received, published);
	}

	/** Others may write the fields in another order. */
	private boolean isSameTree(String one, String other) {
		try {
			return Objects.equals(this.codec.fromJson(one, Object.class), this.codec.fromJson(other, Object.class));
		}
		catch (PayloadConversionException ex) {
			return false;
		}
	}

}
