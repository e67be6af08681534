package dev.pgevents.postgres;

import java.util.concurrent.atomic.AtomicBoolean;

import dev.pgevents.EncodedEvent;
import dev.pgevents.Event;
import org.jspecify.annotations.Nullable;

/**
 * An event as a notification that is not signed yet.
 *
 * @param event the event
 * @param channel where it goes
 * @param text the notification's text
 * @param recorded whether it is to be recorded in the event log
 * @param unusedMark true while the mark in the text makes it differ from all others; null
 * without a mark
 */
record EncodedNotification(Event event, String channel, String text, boolean recorded,
		@Nullable AtomicBoolean unusedMark) implements EncodedEvent {

	EncodedNotification(Event event, String channel, String text, boolean recorded) {
		this(event, channel, text, recorded, null);
	}

	/**
	 * Whether the text has a mark that was not sent yet; it counts as sent from now on.
	 */
	boolean useMark() {
		return this.unusedMark != null && this.unusedMark.compareAndSet(true, false);
	}

	static EncodedNotification of(EncodedEvent event) {
		if (event instanceof EncodedNotification encoded) {
			return encoded;
		}
		throw new IllegalArgumentException("not encoded by a PostgreSQL bus: " + event);
	}

}
