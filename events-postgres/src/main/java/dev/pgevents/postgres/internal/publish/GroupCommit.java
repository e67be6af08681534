package dev.pgevents.postgres.internal.publish;

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
import dev.pgevents.PublishException.Outcome;
import dev.pgevents.internal.dispatch.Dispatcher;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes for all threads over one connection: while one round trip is under way the
 * next batch gathers. A caller of {@link #publish} that finds the queue idle does the
 * round trip itself, for its own request alone, so that what happens to it fails nobody
 * else's; where others have queued up meanwhile, a publisher thread takes over.
 * Thread-safe.
 *
 * <p>
 * What users hang on the futures of {@link #publishAsync} runs on a thread that does not
 * serve the queue, since it may take any time, and may publish and wait for that.
 */
public final class GroupCommit implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(GroupCommit.class);

	/**
	 * How often a caller looks for its answer, and lets others run, before it goes to
	 * sleep. Where many publish that is enough for most, and spares the thread that
	 * serves the queue the waking of each, which took more of its time than the round
	 * trips (docs/performance.md).
	 */
	private static final int LOOKS_BEFORE_SLEEP = 30;

	/** Set while a thread runs what hangs on futures. */
	private static final ThreadLocal<Boolean> TELLING = new ThreadLocal<>();

	private final RequestQueue queue;

	private final PublishingConnection connection;

	/** One serves the queue at a time; others may be busy with what users hang on it. */
	private final ExecutorService publisherThreads;

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
	 * @param threads makes publisher threads
	 */
	public GroupCommit(PublishingConnection connection, int queueCapacity, int maxBatch, Duration timeout,
			Duration shutdownTimeout, ThreadFactory threads) {
		this.connection = connection;
		this.queue = new RequestQueue(queueCapacity, maxBatch);
		this.timeout = timeout;
		this.shutdownTimeout = shutdownTimeout;
		this.publisherThreads = Executors.newCachedThreadPool(threads);
	}

	/**
	 * Publishes and waits.
	 * @param notifications what to publish, all or none; at least one
	 * @throws PublishException if they were not published, or it is not known
	 */
	public void publish(List<Notification> notifications) {
		Request request = request(notifications, true);
		if (this.queue.add(request)) {
			try {
				// Dialling is left to a publisher thread: the caller can then give up.
				if (this.connection.isReady()) {
					serve(this.queue.first());
				}
			}
			finally {
				handOn();
			}
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
		Request request = request(notifications, false);
		try {
			if (this.queue.add(request)) {
				handOn();
			}
		}
		catch (PublishException ex) {
			fail(request, ex);
			request.tell();
		}
		return request.done();
	}

	/**
	 * Publishes a notification of the bus itself, for which the queue always has room.
	 * @param notification what to publish
	 * @return completes once it is published; fails with {@link PublishException}
	 */
	public CompletableFuture<Void> publishOwn(Notification notification) {
		Request request = request(List.of(notification), false);
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
	 * connection. What could not be sent fails. When it returns all futures are complete,
	 * unless what hangs on one of them takes longer than the shutdown timeout.
	 */
	@Override
	public void close() {
		long deadline = System.nanoTime() + this.shutdownTimeout.toNanos();
		this.queue.close(this.shutdownTimeout.toNanos());
		this.connection.close();
		List<Request> abandoned = this.queue.abandon();
		if (!abandoned.isEmpty()) {
			logger.warn("{} events that were accepted could not be sent before the event bus was closed",
					abandoned.stream().mapToInt(Request::size).sum());
		}
		PublishException closed = new PublishException(Outcome.NOT_PUBLISHED,
				"not published: the event bus was closed before the event could be sent", null);
		abandoned.stream().filter(Request::claim).forEach((request) -> fail(request, closed));
		tellElsewhere(abandoned);
		this.publisherThreads.shutdown();
		awaitTold(deadline);
	}

	private void awaitTold(long deadline) {
		if (TELLING.get() != null || Dispatcher.isInHandler()) {
			return;
		}
		try {
			this.publisherThreads.awaitTermination(deadline - System.nanoTime(), TimeUnit.NANOSECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	private Request request(List<Notification> notifications, boolean awaited) {
		return new Request(notifications, System.nanoTime() + this.timeout.toNanos(), awaited);
	}

	private void serveOnce(List<Request> batch) {
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
		catch (Throwable ex) {
			fail(batch, new PublishException(Outcome.NOT_PUBLISHED,
					"not published: no connection to the database: " + ex, ex));
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
			this.publisherThreads.execute(this::serve);
		}
		catch (RejectedExecutionException | OutOfMemoryError ex) {
			serve(); // closed meanwhile, or no thread to be had
		}
	}

	/** Serves the queue until it is empty; tells only when others can be served. */
	private void serve() {
		boolean serving = true;
		while (serving) {
			List<Request> batch = this.queue.nextBatch();
			serveOnce(batch);
			serving = !this.queue.releaseIfEmpty();
			if (serving) {
				tellElsewhere(batch);
			}
			else {
				tell(batch);
			}
		}
	}

	private void tellElsewhere(List<Request> settled) {
		if (settled.stream().allMatch(Request::isAwaited)) {
			return;
		}
		try {
			this.publisherThreads.execute(() -> tell(settled));
		}
		catch (RejectedExecutionException | OutOfMemoryError ex) {
			tell(settled); // closed meanwhile, or no thread to be had
		}
	}

	private static void tell(List<Request> settled) {
		Boolean outer = TELLING.get();
		TELLING.set(true);
		try {
			settled.stream().filter((request) -> !request.isAwaited()).forEach(Request::tell);
		}
		finally {
			if (outer == null) {
				TELLING.remove();
			}
		}
	}

	private void send(List<Request> batch) {
		try {
			this.connection.send(notifications(batch), deadline(batch));
			this.lastFailure = null;
			batch.forEach((request) -> request.settle(null));
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
		this.failed.addAndGet(request.size());
		request.settle(failure);
	}

	private PublishException expired() {
		String late = "not published within " + this.timeout.toMillis() + " ms: ";
		Exception problem = this.connection.problem();
		if (problem != null) {
			return new PublishException(Outcome.NOT_PUBLISHED,
					late + "no connection to the database: " + problem.getMessage(), problem);
		}
		String failure = this.lastFailure;
		return new PublishException(Outcome.NOT_PUBLISHED, late + ((failure != null)
				? "those before it failed (" + failure + ")" : "the database is unreachable or too slow"), null);
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
			throw withdraw(request) ? new PublishException(Outcome.NOT_PUBLISHED, "interrupted; not published", ex)
					: new PublishException("interrupted; whether the event was published is not known", ex);
		}
	}

	private void get(Request request) throws InterruptedException, ExecutionException {
		lookBeforeSleep(request);
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

	@SuppressWarnings("ThreadPriorityCheck") // costs time, not correctness, where a yield
												// does nothing
	private static void lookBeforeSleep(Request request) {
		for (int looks = 0; looks < LOOKS_BEFORE_SLEEP && !request.done().isDone(); looks++) {
			Thread.yield();
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
		return new PublishException("publishing failed: " + cause + "; whether the event was published is not known",
				cause);
	}

}
