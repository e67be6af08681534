package dev.pgevents.postgres.internal.publish;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;

import dev.pgevents.PublishException;
import dev.pgevents.PublishException.Outcome;
import dev.pgevents.internal.util.Threads;
import dev.pgevents.postgres.internal.session.Session;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Publishes for all threads over one connection: while one round trip is under way the
 * next batch gathers. A caller of {@link #publish} that finds the queue idle does the
 * round trip itself, for its own request alone, so that what happens to it fails no
 * other; where others have queued up meanwhile, a publisher thread takes over.
 * Thread-safe.
 *
 * <p>
 * This class says who serves the {@link RequestQueue}; {@link BatchSender} what is sent
 * together and what becomes of it, {@link WaitingCaller} how callers wait, and
 * {@link Completions} where the futures of those who do not are completed.
 */
public final class GroupCommit implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(GroupCommit.class);

	private final String busName;

	private final RequestQueue queue;

	private final PublishingConnection connection;

	private final BatchSender sender;

	private final WaitingCaller waiting;

	/** One serves the queue at a time; others may be busy with what users hang on it. */
	private final ExecutorService publisherThreads;

	private final Completions completions;

	private final Duration timeout;

	private final Duration shutdownTimeout;

	/**
	 * Creates an idle group commit.
	 * @param busName begins log lines
	 * @param connection where to send
	 * @param queueCapacity how many notifications may wait
	 * @param maxBatch how many to send in one statement
	 * @param timeout how long a caller waits for room, and a request for being sent
	 * @param shutdownTimeout how long closing waits for what was accepted
	 * @param threads makes publisher threads
	 */
	public GroupCommit(String busName, PublishingConnection connection, int queueCapacity, int maxBatch,
			Duration timeout, Duration shutdownTimeout, ThreadFactory threads) {
		this.busName = busName;
		this.connection = connection;
		this.queue = new RequestQueue(queueCapacity, maxBatch);
		this.sender = new BatchSender(connection, timeout);
		this.waiting = new WaitingCaller(this.queue, this.sender);
		this.timeout = timeout;
		this.shutdownTimeout = shutdownTimeout;
		this.publisherThreads = Executors.newCachedThreadPool(threads);
		this.completions = new Completions(this.publisherThreads);
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
				if (this.sender.isConnected()) {
					this.sender.send(this.queue.first());
				}
			}
			finally {
				handOn();
			}
		}
		this.waiting.await(request);
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
			this.sender.fail(request, ex);
			request.complete();
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
		return this.sender.failed();
	}

	/**
	 * Why the last attempt to connect or to send has failed.
	 * @return the reason, null if it has not
	 */
	public @Nullable String problem() {
		return this.sender.problem();
	}

	/**
	 * The database answers: a wait for the next attempt to connect ends.
	 */
	public void retryNow() {
		this.connection.retryNow();
	}

	/**
	 * Gives the connection away, if it is idle and of the bus's own make; for what is
	 * published afterwards another one is opened. Does not wait.
	 * @return the connection's session, or null if it is needed here
	 */
	public @Nullable Session giveAway() {
		if (!this.queue.serveWhenIdle(0)) {
			return null;
		}
		try {
			return this.connection.giveAway();
		}
		finally {
			handOn();
		}
	}

	/**
	 * Sends what was accepted, up to the shutdown timeout, and closes the connection; for
	 * what is published afterwards another one is opened.
	 */
	public void disconnect() {
		if (this.queue.serveWhenIdle(this.shutdownTimeout.toNanos())) {
			try {
				this.connection.disconnect();
			}
			finally {
				handOn();
			}
		}
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
			logger.warn("{}: {} events that were accepted could not be sent before the event bus was closed",
					this.busName, abandoned.stream().mapToInt(Request::size).sum());
		}
		PublishException closed = new PublishException(Outcome.NOT_PUBLISHED,
				"not published: the event bus was closed before the event could be sent", null);
		abandoned.stream().filter(Request::claim).forEach((request) -> this.sender.fail(request, closed));
		this.completions.completeElsewhere(abandoned);
		this.publisherThreads.shutdown();
		this.completions.awaitEnd(deadline);
	}

	private Request request(List<Notification> notifications, boolean awaited) {
		return new Request(notifications, System.nanoTime() + this.timeout.toNanos(), awaited);
	}

	private void handOn() {
		if (!this.queue.releaseIfEmpty()) {
			Threads.executeOrRun(this.publisherThreads, this::serve);
		}
	}

	/** Serves the queue until it is empty; completes only when others can be served. */
	private void serve() {
		boolean serving = true;
		while (serving) {
			List<Request> batch = this.queue.nextBatch();
			this.sender.connectAndSend(batch);
			serving = !this.queue.releaseIfEmpty();
			if (serving) {
				this.completions.completeElsewhere(batch);
			}
			else {
				this.completions.complete(batch);
			}
		}
	}

}
