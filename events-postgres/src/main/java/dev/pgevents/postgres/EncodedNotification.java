package dev.pgevents.postgres;

import dev.pgevents.EncodedEvent;
import dev.pgevents.Event;

/**
 * An event as a notification that is neither marked nor signed yet.
 *
 * @param event the event
 * @param channel where it goes
 * @param text the notification's text
 * @param recorded whether it is to be recorded in the event log
 */
record EncodedNotification(Event event, String channel, String text, boolean recorded) implements EncodedEvent {

	static EncodedNotification of(EncodedEvent event) {
		if (event instanceof EncodedNotification encoded) {
			return encoded;
		}
		throw new IllegalArgumentException("not encoded by a PostgreSQL bus: " + event);
	}

}
