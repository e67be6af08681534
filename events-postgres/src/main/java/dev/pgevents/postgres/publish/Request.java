package dev.pgevents.postgres.publish;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * What one call wants published, all or none.
 *
 * @param notifications in their order
 * @param deadline when to give up if not yet sent, in {@code System.nanoTime()}
 * @param done completes once the server has accepted all of them
 */
record Request(List<Notification> notifications, long deadline, CompletableFuture<Void> done) {

	boolean isExpired() {
		return System.nanoTime() - this.deadline >= 0;
	}

	int size() {
		return this.notifications.size();
	}

}
