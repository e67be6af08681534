package dev.pgevents.postgres.internal.listen;

import java.util.concurrent.CompletableFuture;

/**
 * Sends what is to prove delivery.
 */
public interface ProofSender {

	/**
	 * Sends a notification through the publishing path, without waiting.
	 * @param channel where to
	 * @param text its text
	 * @return completes once it is sent
	 */
	CompletableFuture<Void> send(String channel, String text);

	/**
	 * The server's process behind the publishing connection.
	 * @return its id, 0 if there has been none yet
	 */
	int serverProcess();

}
