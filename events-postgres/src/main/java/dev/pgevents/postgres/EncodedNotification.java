package dev.pgevents.postgres;

import java.util.concurrent.atomic.AtomicBoolean;

import dev.pgevents.EncodedEvent;
import dev.pgevents.Event;
import dev.pgevents.postgres.internal.publish.Notification;
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
 * @param ready what is sent as it is, of an event that the log has already; null where it
 * is still to be made
 */
record EncodedNotification(Event event, String channel, String text, boolean recorded,
		@Nullable AtomicBoolean unusedMark, @Nullable Notification ready) implements EncodedEvent {

	EncodedNotification(Event event, String channel, String text, boolean recorded) {
		this(event, channel, text, recorded, null, null);
	}

	/** Has been recorded, and is sent with its position. */
	EncodedNotification recordedAs(String textWithPosition) {
		return new EncodedNotification(this.event, this.channel, textWithPosition, true, null,
				new Notification(this.channel, textWithPosition, this.event.id()));
	}

	/** Whether it is to be recorded, and was not yet. */
	boolean isUnrecorded() {
		return this.recorded && this.ready == null;
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
