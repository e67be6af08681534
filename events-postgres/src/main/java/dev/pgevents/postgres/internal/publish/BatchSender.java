package dev.pgevents.postgres.internal.publish;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import dev.pgevents.PublishException;
import dev.pgevents.PublishException.Outcome;
import org.jspecify.annotations.Nullable;

/**
 * Sends requests over the publishing connection and settles each of them. Requests in one
 * batch share a transaction, unless the server takes offence at one: then each gets its
 * own, so that what one caller sent fails no other. Sending is for one thread at a time;
 * the rest is thread-safe.
 */
final class BatchSender {

	private final PublishingConnection connection;

	private final Duration timeout;

	private final AtomicLong failed = new AtomicLong();

	/** Why the batch before this one failed, if it did. */
	private volatile @Nullable String lastFailure;

	/**
	 * Creates a sender.
	 * @param connection where to send
	 * @param timeout how long a request may wait, for messages
	 */
	BatchSender(PublishingConnection connection, Duration timeout) {
		this.connection = connection;
		this.timeout = timeout;
	}

	/** How many notifications could not be sent, or may not have been. */
	long failed() {
		return this.failed.get();
	}

	/** Why the last attempt to connect or to send has failed, if it has. */
	@Nullable String problem() {
		Exception problem = this.connection.problem();
		return (problem != null) ? "no connection to the database: " + problem.getMessage() : this.lastFailure;
	}

	/** Whether sending need not connect before. */
	boolean isConnected() {
		return this.connection.isReady();
	}

	/**
	 * Sends requests, after connecting if need be.
	 * @param batch what to send; maybe nothing
	 */
	void connectAndSend(List<Request> batch) {
		if (!batch.isEmpty() && connect(batch)) {
			send(batch);
		}
	}

	private boolean connect(List<Request> batch) {
		try {
			this.connection.prepare(deadline(batch));
			return true;
		}
		catch (PublishException ex) {
			failAll(batch, ex);
		}
		catch (Throwable ex) {
			failAll(batch, new PublishException(Outcome.NOT_PUBLISHED,
					"not published: no connection to the database: " + ex, ex));
		}
		return false;
	}

	private void failAll(List<Request> batch, PublishException failure) {
		this.lastFailure = failure.getMessage();
		batch.stream().filter(Request::claim).forEach((request) -> fail(request, failure));
	}

	/**
	 * Sends requests. Until now their callers could give up.
	 * @param batch what to send; maybe nothing
	 */
	void send(List<Request> batch) {
		List<Request> live = new ArrayList<>(batch.size());
		for (Request each : batch) {
			if (each.claim() && isInTime(each)) {
				live.add(each);
			}
		}
		if (!live.isEmpty()) {
			for (List<Request> each : Batches.transactions(live)) {
				sendTogether(each);
			}
		}
	}

	private boolean isInTime(Request request) {
		if (request.isExpired()) {
			expire(request);
			return false;
		}
		return true;
	}

	private void sendTogether(List<Request> batch) {
		try {
			this.connection.send(notifications(batch), deadline(batch));
			this.lastFailure = null;
			for (Request request : batch) {
				request.settle(null);
			}
		}
		catch (RefusedException ex) {
			refused(batch, ex);
		}
		catch (PublishException ex) {
			this.lastFailure = ex.getMessage();
			batch.forEach((request) -> fail(request, ex));
		}
		catch (Throwable ex) {
			PublishException failure = new PublishException(
					"publishing failed: " + ex + "; whether the event was published is not known", ex);
			batch.forEach((request) -> fail(request, failure));
		}
	}

	/** The server took offence at the content of one: the others must not suffer. */
	private void refused(List<Request> batch, RefusedException refusal) {
		if (batch.size() == 1) {
			fail(batch.get(0), refusal);
			return;
		}
		batch.forEach((request) -> sendTogether(List.of(request)));
	}

	private static List<Notification> notifications(List<Request> batch) {
		if (batch.size() == 1) {
			return batch.get(0).notifications();
		}
		List<Notification> notifications = new ArrayList<>(batch.size());
		for (Request request : batch) {
			notifications.addAll(request.notifications());
		}
		return notifications;
	}

	private static long deadline(List<Request> batch) {
		return batch.get(batch.size() - 1).deadline();
	}

	/** Fails a request that was not sent in time. */
	void expire(Request request) {
		fail(request, new PublishException(Outcome.NOT_PUBLISHED,
				"not published within " + this.timeout.toMillis() + " ms: " + reason(), this.connection.problem()));
	}

	private String reason() {
		Exception problem = this.connection.problem();
		if (problem != null) {
			return "no connection to the database: " + problem.getMessage();
		}
		String failure = this.lastFailure;
		return (failure != null) ? "those before it failed (" + failure + ")"
				: "the database is unreachable or too slow";
	}

	/** Fails a request that is claimed, and counts its notifications. */
	void fail(Request request, PublishException failure) {
		this.failed.addAndGet(request.size());
		request.settle(failure);
	}

}
