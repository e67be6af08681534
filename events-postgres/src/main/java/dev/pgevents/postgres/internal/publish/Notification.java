package dev.pgevents.postgres.internal.publish;

import java.util.UUID;

import dev.pgevents.Event;
import org.jspecify.annotations.Nullable;

/**
 * What is sent: a payload for a channel.
 *
 * @param channel the channel's name
 * @param payload the notification's text
 * @param eventId of which event it is, or null if it is a notification of the bus itself
 * @param record the event, if it is to be recorded in the event log as well
 */
public record Notification(String channel, String payload, @Nullable UUID eventId, @Nullable Event record) {

	/**
	 * A notification that is not of an event.
	 * @param channel the channel's name
	 * @param payload the notification's text
	 */
	public Notification(String channel, String payload) {
		this(channel, payload, null, null);
	}

	/**
	 * A notification that is not recorded.
	 * @param channel the channel's name
	 * @param payload the notification's text
	 * @param eventId of which event it is
	 */
	public Notification(String channel, String payload, UUID eventId) {
		this(channel, payload, eventId, null);
	}

	/** Whether it is to be recorded in the event log as well. */
	boolean recorded() {
		return this.record != null;
	}

	/** How many characters are sent. */
	int length() {
		return this.channel.length() + this.payload.length();
	}

}
