package dev.pgevents;

import java.util.Collection;
import java.util.concurrent.CompletableFuture;

/**
 * Publishes events to other services. Thread-safe. What one thread publishes outside a
 * transaction arrives in the order of its calls, whichever of the methods it used.
 *
 * @since 0.1
 */
public interface Publisher {

	/**
	 * Publishes an event. Returns once the database has accepted it, or once it is
	 * enlisted in the caller's transaction.
	 * @param event the event
	 * @throws PayloadTooLargeException if it is too large for a notification
	 * @throws PayloadConversionException if its payload cannot be written
	 * @throws PublishException if the database did not accept it in time, or the thread
	 * was interrupted, which stays set; {@link PublishException#outcome()} says whether
	 * the event may have been published all the same
	 * @throws IllegalStateException if the bus is closed
	 */
	void publish(Event event);

	/**
	 * Publishes events in one round trip: all or none, in their order.
	 * @param events the events; none is fine
	 * @throws PayloadTooLargeException if one is too large for a notification; none is
	 * sent then
	 * @throws PayloadConversionException if a payload cannot be written
	 * @throws PublishException as of {@link #publish}
	 * @throws IllegalStateException if the bus is closed
	 */
	void publishAll(Collection<Event> events);

	/**
	 * Publishes an event without waiting for the database, in one round trip with its
	 * neighbours. Never joins a transaction. Where too many events are on their way
	 * already it waits for room, up to the bus's publish timeout or an interrupt.
	 * @param event the event
	 * @return completes once the database has accepted the event; fails with
	 * {@link PublishException}, where no room was found too. Completing or cancelling it
	 * takes nothing back. What hangs on it may publish and may take its time: it runs on
	 * a thread of the bus that publishes nothing, one after the other for the events of
	 * one round trip
	 * @throws PayloadTooLargeException if it is too large for a notification
	 * @throws PayloadConversionException if its payload cannot be written
	 * @throws IllegalStateException if the bus is closed
	 */
	CompletableFuture<Void> publishAsync(Event event);

}
