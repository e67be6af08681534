package dev.pgevents.postgres.internal.listen;

import java.util.concurrent.CompletableFuture;

import dev.pgevents.internal.dispatch.HandlerWork;
import dev.pgevents.postgres.internal.session.Session;
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

	/** The server has forgotten that the session listens, and is told again. */
	void onRegistrationLost();

	/**
	 * The server's notification queue was looked at.
	 * @param usage how full it is, 0 to 1
	 */
	void onQueueUsage(double usage);

	/**
	 * Sends a notification through the publishing path, without waiting.
	 * @param channel where to
	 * @param text its text
	 * @return completes once it is sent
	 */
	CompletableFuture<Void> sendProof(String channel, String text);

}
