package dev.pgevents.postgres.internal.listen;

import java.time.Duration;

import dev.pgevents.postgres.internal.session.Session;
import dev.pgevents.postgres.internal.wire.UnreadableNotificationException;

/**
 * Sees how the listener and its connection are doing. Called by the thread that reads:
 * must not block.
 */
public interface ListenerObserver {

	/**
	 * A notification could not be read; its subscriptions get a gap in its place.
	 * @param length how many characters it has
	 * @param reason what is wrong with it
	 */
	void onUnreadable(int length, UnreadableNotificationException reason);

	/**
	 * A session was opened.
	 * @param session the session
	 */
	void onSession(Session session);

	/** An attempt to connect begins. */
	void onConnecting();

	/**
	 * Delivery is proven, for the first time in a session or once more.
	 * @param took how long the notification that proves it was under way
	 */
	void onListening(Duration took);

	/**
	 * Delivery could not be proven.
	 * @param reason what is wrong and what to do
	 */
	void onDeaf(String reason);

	/**
	 * The connection is gone, or could not be made.
	 * @param cause why
	 */
	void onLost(Throwable cause);

	/** The server has forgotten that the session listens, and LISTEN is sent again. */
	void onRegistrationLost();

	/**
	 * The server's notification queue was looked at.
	 * @param usage how full it is, 0 to 1
	 */
	void onQueueUsage(double usage);

}
