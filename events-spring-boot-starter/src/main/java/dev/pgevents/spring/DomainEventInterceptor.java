package dev.pgevents.spring;

import java.util.Collection;
import java.util.List;

import dev.pgevents.Event;

/**
 * Around each publishing and each handling of events, for what belongs to neither: a
 * tenant, a security context, the MDC. Beans of this type are called in their order, the
 * first outermost, on the thread that publishes or handles. What one throws fails the
 * publishing or the handling. Must be thread-safe.
 *
 * @since 0.1
 */
public interface DomainEventInterceptor {

	/**
	 * Around the publishing through the {@link dev.pgevents.Publisher} bean; in a
	 * transaction, up to where the events are enlisted. Through a
	 * {@link ReactivePublisher}, it is called when the {@code Mono} is subscribed to, and
	 * {@code proceed} returns before the events are sent.
	 * @param events one event, or those published together
	 * @param publishing goes on; the events are not published where it is not called
	 */
	default void aroundPublish(List<Event> events, Publishing publishing) {
		publishing.proceed(events);
	}

	/**
	 * Around the call of a handler method, or of the application's event listeners.
	 * @param subscription the name of the subscription
	 * @param event the event
	 * @param handling goes on; the handler is not called where it is not called, and the
	 * event counts as handled
	 * @throws Exception what the handler throws
	 */
	default void aroundHandle(String subscription, Event event, Handling handling) throws Exception {
		handling.proceed();
	}

	/**
	 * The rest of a publishing.
	 */
	@FunctionalInterface
	interface Publishing {

		/**
		 * Goes on.
		 * @param events what to publish, with headers added say
		 */
		void proceed(Collection<Event> events);

	}

	/**
	 * The rest of a handling.
	 */
	@FunctionalInterface
	interface Handling {

		/**
		 * Goes on.
		 * @throws Exception what the handler throws
		 */
		void proceed() throws Exception;

	}

}
