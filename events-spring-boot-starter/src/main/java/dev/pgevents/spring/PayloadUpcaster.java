package dev.pgevents.spring;

import dev.pgevents.Event;

/**
 * Makes payloads of earlier versions what handlers of today read, before they are read:
 * it gets JSON and gives JSON, whichever JSON mapper is in use. Beans of this type are
 * asked in their order, each with what the one before has given, for each call of an
 * {@link OnDomainEvent} method and for each event that is published as an application
 * event; events without payload are left alone. What one throws fails the handling. Must
 * be thread-safe.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface PayloadUpcaster {

	/**
	 * Makes a payload what is read today.
	 * @param event the event, whose type or headers say which version it is of
	 * @param json its payload, one JSON value
	 * @return the same where there is nothing to change, else another JSON value
	 */
	String upcast(Event event, String json);

}
