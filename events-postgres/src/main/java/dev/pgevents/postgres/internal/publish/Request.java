package dev.pgevents.postgres.internal.publish;

import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.pgevents.PublishException;
import org.jspecify.annotations.Nullable;

/**
 * What one call wants published, all or none, and what becomes of it. Settled once, by
 * the thread that serves the queue, and the caller learns of it after that.
 */
final class Request {

	private final List<Notification> notifications;

	private final long deadline;

	private final boolean awaited;

	private final CompletableFuture<Void> done = new CompletableFuture<>();

	/**
	 * Whether it is settled who decides what becomes of the request: the one who sends
	 * it, or the caller who has given up before that.
	 */
	private final AtomicBoolean claimed = new AtomicBoolean();

	private @Nullable PublishException failure;

	/**
	 * A request that has not been sent.
	 * @param notifications in their order
	 * @param deadline when to give up if not yet sent, in {@code System.nanoTime()}
	 * @param awaited whether the caller waits for it, so that nothing of the user's hangs
	 * on it
	 */
	Request(List<Notification> notifications, long deadline, boolean awaited) {
		this.notifications = notifications;
		this.deadline = deadline;
		this.awaited = awaited;
	}

	List<Notification> notifications() {
		return this.notifications;
	}

	int size() {
		return this.notifications.size();
	}

	/** How many characters are sent. */
	long length() {
		long length = 0;
		for (Notification each : this.notifications) {
			length += each.length();
		}
		return length;
	}

	boolean hasOneOf(Set<UUID> events) {
		for (Notification each : this.notifications) {
			if (each.eventId() != null && events.contains(each.eventId())) {
				return true;
			}
		}
		return false;
	}

	void addTo(Set<UUID> events) {
		for (Notification each : this.notifications) {
			UUID id = each.eventId();
			if (id != null) {
				events.add(id);
			}
		}
	}

	long deadline() {
		return this.deadline;
	}

	boolean isExpired() {
		return System.nanoTime() - this.deadline >= 0;
	}

	boolean isAwaited() {
		return this.awaited;
	}

	/** Completes once the server has accepted all of it. */
	CompletableFuture<Void> done() {
		return this.done;
	}

	/** True for the first one who asks. */
	boolean claim() {
		return this.claimed.compareAndSet(false, true);
	}

	void settle(@Nullable PublishException outcome) {
		this.failure = outcome;
		if (this.awaited) {
			complete();
		}
	}

	/** Completes what the caller waits for, and runs what hangs on it. */
	void complete() {
		if (this.failure != null) {
			this.done.completeExceptionally(this.failure);
		}
		else {
			this.done.complete(null);
		}
	}

}
