package dev.pgevents.postgres.publish;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

import dev.pgevents.PublishException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes for all threads over one connection: while one round trip is under way the
 * next batch gathers. A caller of {@link #publish} that finds the queue idle does the
 * round trip itself; where others have queued up meanwhile, the publisher thread takes
 * over. Thread-safe.
 */
public final class GroupCommit implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(GroupCommit.class);

	private final RequestQueue queue;

	private final PublishingConnection connection;

	private final ExecutorService publisherThread;

	private final Duration timeout;

	private final Duration shutdownTimeout;

	private final AtomicLong failed = new AtomicLong();

	/** Why the batch before this one failed, if it did. */
	private volatile @Nullable String lastFailure;

	/**
	 * Creates an idle group commit.
	 * @param connection where to send
	 * @param queueCapacity how many notifications may wait
	 * @param maxBatch how many to send in one statement
	 * @param timeout how long a caller waits for room, and a request for being sent
	 * @param shutdownTimeout how long closing waits for what was accepted
	 * @param threads makes the publisher thread
	 */
	public GroupCommit(PublishingConnection connection, int queueCapacity, int maxBatch, Duration timeout,
			Duration shutdownTimeout, ThreadFactory threads) {
		this.connection = connection;
		this.queue = new RequestQueue(queueCapacity, maxBatch);
		this.timeout = timeout;
		this.shutdownTimeout = shutdownTimeout;
		this.publisherThread = Executors.newSingleThreadExecutor(threads);
	}

	/**
	 * Publishes and waits.
	 * @param notifications what to publish, all or none; at least one
	 * @throws PublishException if they were not published, or it is not known
	 */
	public void publish(List<Notification> notifications) {
		Request request = request(notifications);
		if (this.queue.add(request)) {
			// Dialling is left to the publisher thread: the caller can then give up.
			if (this.connection.isReady()) {
				serve(this.queue.nextBatch());
			}
			handOn();
		}
		await(request);
	}

	/**
	 * Publishes without waiting for the round trip.
	 * @param notifications what to publish, all or none; at least one
	 * @return completes once they are published; fails with {@link PublishException}, for
	 * want of room in the queue too
	 */
	public CompletableFuture<Void> publishAsync(List<Notification> notifications) {
		Request request = request(notifications);
		try {
			if (this.queue.add(request)) {
				handOn();
			}
		}
		catch (PublishException ex) {
			fail(request, ex);
		}
		return request.done();
	}

	/**
	 * Publishes a notification of the bus itself, for which the queue always has room.
	 * @param notification what to publish
	 * @return completes once it is published; fails with {@link PublishException}
	 */
	public CompletableFuture<Void> publishOwn(Notification notification) {
		Request request = request(List.of(notification));
		if (this.queue.addAtOnce(request)) {
			handOn();
		}
		return request.done();
	}

	/**
	 * How many notifications are waiting for their round trip.
	 * @return the queue's size
	 */
	public int queued() {
		return this.queue.size();
	}

	/**
	 * How many notifications could not be sent, or may not have been.
	 * @return the number so far
	 */
	public long failed() {
		return this.failed.get();
	}

	/**
	 * Takes no more, sends what was accepted, up to the shutdown timeout, and closes the
	 * connection. What could not be sent fails.
	 */
	@Override
	public void close() {
		this.queue.close(this.shutdownTimeout.toNanos());
		this.connection.close();
		this.publisherThread.shutdown();
		List<Request> abandoned = this.queue.abandon();
		if (!abandoned.isEmpty()) {
			logger.warn("{} events that were accepted could not be sent before the event bus was closed",
					abandoned.stream().mapToInt(Request::size).sum());
		}
		PublishException closed = new PublishException("event bus was closed before the event could be sent");
		abandoned.forEach((request) -> fail(request, closed));
	}

	private Request request(List<Notification> notifications) {
		return new Request(notifications, System.nanoTime() + this.timeout.toNanos());
	}

	private void serveOnce() {
		List<Request> batch = this.queue.nextBatch();
		if (!batch.isEmpty() && prepare(batch)) {
			serve(batch);
		}
	}

	private boolean prepare(List<Request> batch) {
		try {
			this.connection.prepare(deadline(batch));
			return true;
		}
		catch (PublishException ex) {
			fail(batch, ex);
		}
		catch (RuntimeException | Error ex) {
			fail(batch, new PublishException("not published: no connection to the database: " + ex, ex));
		}
		return false;
	}

	private void fail(List<Request> batch, PublishException failure) {
		this.lastFailure = failure.getMessage();
		batch.stream().filter(Request::claim).forEach((request) -> fail(request, failure));
	}

	private void serve(List<Request> batch) {
		// Until now callers could give up.
		List<Request> live = batch.stream().filter(Request::claim).filter(this::isInTime).toList();
		if (!live.isEmpty()) {
			send(live);
		}
	}

	private boolean isInTime(Request request) {
		if (request.isExpired()) {
			expire(request);
			return false;
		}
		return true;
	}

	private void handOn() {
		if (this.queue.releaseIfEmpty()) {
			return;
		}
		try {
			this.publisherThread.execute(this::serve);
		}
		catch (RejectedExecutionException ex) {
			serve();
		}
	}

	private void serve() {
		do {
			serveOnce();
		}
		while (!this.queue.releaseIfEmpty());
	}

	private void send(List<Request> batch) {
		try {
			this.connection.send(notifications(batch), deadline(batch));
			this.lastFailure = null;
			batch.forEach((request) -> request.done().complete(null));
		}
		catch (RefusedException ex) {
			refused(batch, ex);
		}
		catch (PublishException ex) {
			this.lastFailure = ex.getMessage();
			batch.forEach((request) -> fail(request, ex));
		}
		catch (RuntimeException | Error ex) {
			PublishException failure = new PublishException("publishing failed: " + ex, ex);
			batch.forEach((request) -> fail(request, failure));
		}
	}

	/** The server took offence at the content of one: the others must not suffer. */
	private void refused(List<Request> batch, RefusedException refusal) {
		if (batch.size() == 1) {
			fail(batch.get(0), refusal);
			return;
		}
		batch.forEach((request) -> send(List.of(request)));
	}

	private static List<Notification> notifications(List<Request> batch) {
		if (batch.size() == 1) {
			return batch.get(0).notifications();
		}
		List<Notification> notifications = new ArrayList<>();
		batch.forEach((request) -> notifications.addAll(request.notifications()));
		return notifications;
	}

	private static long deadline(List<Request> batch) {
		return batch.get(batch.size() - 1).deadline();
	}

	private void expire(Request request) {
		fail(request, expired());
	}

	private void fail(Request request, PublishException failure) {
		if (request.done().completeExceptionally(failure)) {
			this.failed.addAndGet(request.size());
		}
	}

	private PublishException expired() {
		String late = "not published within " + this.timeout.toMillis() + " ms: ";
		Exception problem = this.connection.problem();
		if (problem != null) {
			return new PublishException(late + "no connection to the database: " + problem.getMessage(), problem);
		}
		String failure = this.lastFailure;
		return new PublishException(late + ((failure != null) ? "those before it failed (" + failure + ")"
				: "the database is unreachable or too slow"));
	}

	private void await(Request request) {
		try {
			get(request);
		}
		catch (ExecutionException ex) {
			throw failure(ex.getCause());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new PublishException(withdraw(request) ? "interrupted; not published"
					: "interrupted; whether the event was published is not known", ex);
		}
	}

	private void get(Request request) throws InterruptedException, ExecutionException {
		try {
			request.done().get(Math.max(0, request.deadline() - System.nanoTime()), TimeUnit.NANOSECONDS);
		}
		catch (TimeoutException ex) {
			if (withdraw(request)) {
				expire(request);
			}
			// Being sent: that has its own bound.
			request.done().get();
		}
	}

	private boolean withdraw(Request request) {
		boolean withdrawn = request.claim();
		if (withdrawn) {
			this.queue.remove(request);
		}
		return withdrawn;
	}

	private static PublishException failure(@Nullable Throwable cause) {
		if (cause instanceof PublishException original) {
			// A new one: it shows where the caller stood.
			return new PublishException(String.valueOf(original.getMessage()), original);
		}
		return new PublishException("publishing failed: " + cause, cause);
	}

}
