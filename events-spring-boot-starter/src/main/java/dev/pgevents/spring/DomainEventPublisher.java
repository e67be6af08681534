package dev.pgevents.spring;

/**
 * Publishes payloads whose class says by {@link DomainEvent} which event they are, and by
 * {@link AppId} which app they are about. Joins transactions as the
 * {@link dev.pgevents.Publisher} bean does. Thread-safe.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface DomainEventPublisher {

	/**
	 * Publishes a payload as an event.
	 * @param payload an instance of a class with {@link DomainEvent}
	 * @throws IllegalArgumentException if its class has no {@link DomainEvent}
	 * @throws dev.pgevents.PayloadTooLargeException if it is too large for a notification
	 * @throws dev.pgevents.PayloadConversionException if it cannot be written
	 * @throws dev.pgevents.PublishException if it was not published, or may not have
	 * been, as of {@link dev.pgevents.Publisher#publish}
	 * @throws IllegalStateException if the bus is closed
	 */
	void publish(Object payload);

}
