package dev.pgevents.postgres.publish;

import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * What one call wants published, all or none.
 *
 * @param notifications in their order
 * @param deadline when to give up if not yet sent, in {@code System.nanoTime()}
 * @param done completes once the server has accepted all of them
 * @param claimed whether it is settled who decides what becomes of the request: the one
 * who sends it, or the caller who has given up before that
 */
record Request(List<Notification> notifications, long deadline, CompletableFuture<Void> done, AtomicBoolean claimed) {

	Request(List<Notification> notifications, long deadline) {
		this(notifications, deadline, new CompletableFuture<>(), new AtomicBoolean());
	}

	/** True for the first one who asks. */
	boolean claim() {
		return this.claimed.compareAndSet(false, true);
	}

	boolean isExpired() {
		return System.nanoTime() - this.deadline >= 0;
	}

	int size() {
		return this.notifications.size();
	}

}
