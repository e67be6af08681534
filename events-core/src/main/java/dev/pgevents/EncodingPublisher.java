package dev.pgevents;

import java.util.Collection;
import java.util.concurrent.CompletableFuture;

/**
 * A {@linkplain EventBus#capability capability} of a bus: encodes events now and
 * publishes them later, for those who hold events until a transaction has committed.
 * Thread-safe.
 *
 * @since 0.1
 */
public interface EncodingPublisher {

	/**
	 * Encodes an event and checks its size.
	 * @param event the event
	 * @return the event as it will be sent, for the methods of this bus
	 * @throws PayloadTooLargeException if it is too large for a notification
	 * @throws PayloadConversionException if its payload cannot be written
	 */
	EncodedEvent encode(Event event);

	/**
	 * Publishes events in one round trip, all or none, in their order, without waiting
	 * for it.
	 * @param events what {@link #encode} of this bus has returned
	 * @return as of {@link Publisher#publishAsync}
	 * @throws IllegalArgumentException if one was encoded by something else
	 * @throws IllegalStateException if the bus is closed
	 */
	CompletableFuture<Void> publishEncoded(Collection<? extends EncodedEvent> events);

}
