package dev.pgevents.postgres.internal.publish;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import dev.pgevents.PublishException;
import dev.pgevents.PublishException.Outcome;

/**
 * The bounded queue before the publishing connection, and the token that says who serves
 * it: the thread that adds to an unserved queue becomes its server, and stays it until it
 * finds the queue empty or hands the token on.
 */
final class RequestQueue {

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition room = this.lock.newCondition();

	private final Condition idle = this.lock.newCondition();

	private final ArrayDeque<Request> requests = new ArrayDeque<>();

	private final int capacity;

	private final int maxBatch;

	private int queued;

	private boolean served;

	private boolean closed;

	RequestQueue(int capacity, int maxBatch) {
		this.capacity = capacity;
		this.maxBatch = maxBatch;
	}

	/**
	 * Adds a request, waiting for room until its deadline.
	 * @return whether the caller now has to serve the queue
	 */
	boolean add(Request request) {
		this.lock.lock();
		try {
			awaitRoom(request);
			return append(request);
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Adds a request without waiting, whether there is room or not. */
	boolean addAtOnce(Request request) {
		this.lock.lock();
		try {
			failIfClosed();
			return append(request);
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean append(Request request) {
		this.requests.add(request);
		this.queued += request.size();
		boolean mine = !this.served;
		this.served = true;
		return mine;
	}

	private void awaitRoom(Request request) {
		while (!this.closed && this.queued > 0 && this.queued + request.size() > this.capacity) {
			try {
				long left = request.deadline() - System.nanoTime();
				if (left <= 0) {
					throw new PublishException(Outcome.NOT_PUBLISHED,
							"publisher queue is full: " + this.queued + " of " + this.capacity
									+ " notifications are waiting for the database; not published. Publish more "
									+ "slowly or allow a longer queue",
							null);
				}
				this.room.awaitNanos(left);
			}
			catch (InterruptedException ex) {
				Thread.currentThread().interrupt();
				throw new PublishException(Outcome.NOT_PUBLISHED,
						"interrupted while waiting for room in the publisher queue; not published", ex);
			}
		}
		failIfClosed();
	}

	private void failIfClosed() {
		if (this.closed) {
			throw new IllegalStateException("event bus is closed: nothing can be published any more");
		}
	}

	/** The next requests to send together: at least one where any waits. */
	List<Request> nextBatch() {
		return next(this.maxBatch);
	}

	/**
	 * The first request alone: that of the thread that has just become the server. None
	 * where it was abandoned meanwhile.
	 */
	List<Request> first() {
		return next(0);
	}

	private List<Request> next(int limit) {
		this.lock.lock();
		try {
			List<Request> batch = new ArrayList<>();
			int size = 0;
			while (!this.requests.isEmpty() && (size == 0 || size + this.requests.peek().size() <= limit)) {
				Request request = this.requests.remove();
				size += request.size();
				batch.add(request);
			}
			this.queued -= size;
			this.room.signalAll();
			return batch;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Gives up serving if nothing waits; otherwise the caller has to go on. */
	boolean releaseIfEmpty() {
		this.lock.lock();
		try {
			if (!this.requests.isEmpty()) {
				return false;
			}
			this.served = false;
			this.idle.signalAll();
			return true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Makes room where a request that is not to be sent is still waiting. */
	void remove(Request request) {
		this.lock.lock();
		try {
			if (this.requests.remove(request)) {
				this.queued -= request.size();
				this.room.signalAll();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	int size() {
		this.lock.lock();
		try {
			return this.queued;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Takes no more requests and waits until those taken are served. */
	void close(long timeoutNanos) {
		this.lock.lock();
		try {
			this.closed = true;
			this.room.signalAll();
			long left = timeoutNanos;
			while (this.served && left > 0) {
				left = this.idle.awaitNanos(left);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Becomes the server of an idle queue, waiting until it is idle.
	 * @return whether the caller now has to serve the queue
	 */
	boolean serveWhenIdle(long timeoutNanos) {
		this.lock.lock();
		try {
			long left = timeoutNanos;
			while (this.served && !this.closed && left > 0) {
				left = this.idle.awaitNanos(left);
			}
			boolean mine = !this.served && !this.closed;
			this.served |= mine;
			return mine;
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			return false;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** What was never sent, for failing it. */
	List<Request> abandon() {
		this.lock.lock();
		try {
			List<Request> left = new ArrayList<>(this.requests);
			this.requests.clear();
			this.queued = 0;
			return left;
		}
		finally {
			this.lock.unlock();
		}
	}

}
