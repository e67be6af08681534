package dev.pgevents.postgres.internal.listen;

import dev.pgevents.Event;
import dev.pgevents.Position;
import dev.pgevents.postgres.internal.wire.UnreadableNotificationException;
import org.jspecify.annotations.Nullable;

/**
 * The event log's part in the way of a notification. For the thread that reads, but for
 * {@link #read(Position)}.
 */
public interface RecordedNotifications {

	/**
	 * Decodes a notification, which may say where its event stands in the log.
	 * @param channel its channel
	 * @param notification its text
	 * @return what it says
	 * @throws UnreadableNotificationException if it cannot be read
	 */
	Content decode(String channel, String notification) throws UnreadableNotificationException;

	/**
	 * Hands an event to the groups.
	 * @param event the event, which other subscriptions have
	 * @param process the server's process whose transaction has sent it
	 */
	void arrived(Event event, int process);

	/**
	 * Passes on to the groups that an event was recorded which is too large for a
	 * notification.
	 * @param position where it stands
	 */
	void arrived(Position position);

	/**
	 * Reads an event, which takes its time.
	 * @param position where it stands
	 * @return the event
	 * @throws UnreadableNotificationException if it is not there, or cannot be read
	 */
	Event read(Position position) throws UnreadableNotificationException;

	/**
	 * What a notification says: an event, or where one has to be read; neither, for a
	 * message between logs.
	 *
	 * @param event the event, with its position if that is proven
	 * @param large the position of an event that is too large for a notification
	 */
	record Content(@Nullable Event event, @Nullable Position large) {

		/** A message between logs. */
		public static final Content NONE = new Content(null, null);

	}

}
