package dev.pgevents.postgres.internal.listen;

import dev.pgevents.Event;
import dev.pgevents.internal.dispatch.Dispatcher;
import dev.pgevents.postgres.internal.wire.NotificationDecoder;
import dev.pgevents.postgres.internal.wire.UnreadableNotificationException;

/**
 * The way of a notification from the connection to the subscriptions: it is decoded, and
 * the dispatcher puts the event into their buffers. For one thread at a time.
 */
public final class NotificationRouter {

	private final NotificationDecoder decoder;

	private final Dispatcher dispatcher;

	private final ListenerObserver observer;

	/**
	 * Creates a router.
	 * @param decoder makes events of notifications
	 * @param dispatcher takes the events
	 * @param observer learns of what cannot be decoded
	 */
	public NotificationRouter(NotificationDecoder decoder, Dispatcher dispatcher, ListenerObserver observer) {
		this.decoder = decoder;
		this.dispatcher = dispatcher;
		this.observer = observer;
	}

	/**
	 * Routes a notification.
	 * @param channel its channel
	 * @param notification its text
	 * @return whether it could be decoded
	 */
	boolean route(String channel, String notification) {
		try {
			Event event = this.decoder.decode(channel, notification);
			this.dispatcher.dispatch(event);
			return true;
		}
		catch (UnreadableNotificationException ex) {
			this.observer.onUnreadable(notification.length(), ex);
			return false;
		}
	}

}
