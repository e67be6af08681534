package dev.pgevents.postgres.listen;

import dev.pgevents.dispatch.HandlerWork;
import dev.pgevents.postgres.session.Session;
import org.jspecify.annotations.Nullable;

/**
 * What the listener tells its bus. Called on the listening thread.
 */
public interface ListenerEvents {

	/**
	 * A notification arrived on a channel that is needed.
	 * @param channel its channel
	 * @param notification its text
	 * @param work keeps what an idle handler has to do about it for the thread that
	 * reads; null to leave nothing to that thread
	 * @return whether it could be read
	 */
	boolean onNotification(String channel, String notification, @Nullable HandlerWork work);

	/**
	 * A session was opened.
	 * @param session the session
	 */
	void onSession(Session session);

	/** An attempt to connect begins. */
	void onConnecting();

	/** Delivery is proven. */
	void onListening();

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

	/**
	 * Sends a notification through the publishing path, without waiting.
	 * @param channel where to
	 * @param text its text
	 */
	void sendProof(String channel, String text);

}
