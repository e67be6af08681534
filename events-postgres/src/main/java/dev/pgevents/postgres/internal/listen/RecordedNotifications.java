package dev.pgevents.postgres.internal.listen;

import dev.pgevents.Event;
import dev.pgevents.postgres.internal.wire.UnreadableNotificationException;
import org.jspecify.annotations.Nullable;

/**
 * The event log's part in the way of a notification. For the thread that reads.
 */
public interface RecordedNotifications {

	/**
	 * Decodes a notification, which may say where its event stands in the log.
	 * @param channel its channel
	 * @param notification its text
	 * @return the event, with its position if that is proven; null for a message between
	 * logs
	 * @throws UnreadableNotificationException if it cannot be read
	 */
	@Nullable Event decode(String channel, String notification) throws UnreadableNotificationException;

	/**
	 * Hands an event to the groups.
	 * @param event the event, which other subscriptions have
	 */
	void arrived(Event event);

}
