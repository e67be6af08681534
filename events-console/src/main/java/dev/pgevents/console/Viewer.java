package dev.pgevents.console;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

import dev.pgevents.SubscriptionFilter;

/**
 * An open page: which events it wants, and those that wait for it. Takes a hundred events
 * a second and counts the others, so that neither the page nor the network is in the way
 * of any other. Thread-safe.
 */
final class Viewer {

	/** Events a second that a page is sent. */
	static final int RATE = 100;

	/** So that a burst of a second's worth fits. */
	private static final int BURST = RATE;

	private final SubscriptionFilter filter;

	private final Outlet outlet;

	private final LongSupplier nanoTime;

	private final ReentrantLock lock = new ReentrantLock();

	private final Deque<Received> waiting = new ArrayDeque<>();

	private final AtomicBoolean writing = new AtomicBoolean();

	private double tokens = BURST;

	private long refilled;

	private long skipped;

	private volatile boolean gone;

	/**
	 * A page that has just been opened.
	 * @param filter which events it wants
	 * @param outlet where it is written to
	 */
	Viewer(SubscriptionFilter filter, Outlet outlet) {
		this(filter, outlet, System::nanoTime);
	}

	Viewer(SubscriptionFilter filter, Outlet outlet, LongSupplier nanoTime) {
		this.filter = filter;
		this.outlet = outlet;
		this.nanoTime = nanoTime;
		this.refilled = nanoTime.getAsLong();
	}

	/** For the thread that handles events: never waits for the page. */
	void offer(Received received) {
		if (!this.filter.matches(received.event())) {
			return;
		}
		this.lock.lock();
		try {
			refill();
			if (this.tokens >= 1 && this.waiting.size() < BURST) {
				this.tokens--;
				this.waiting.add(received);
			}
			else {
				this.skipped++;
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void refill() {
		long now = this.nanoTime.getAsLong();
		this.tokens = Math.min(BURST, this.tokens + (now - this.refilled) * RATE / 1e9);
		this.refilled = now;
	}

	/** What waits; empties it. */
	Batch take() {
		this.lock.lock();
		try {
			Batch batch = new Batch(new ArrayList<>(this.waiting), this.skipped);
			this.waiting.clear();
			this.skipped = 0;
			return batch;
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Begins to write, unless the page has not yet taken what was written last.
	 * @return whether the caller may write, and has to end it
	 */
	boolean beginWriting() {
		return !this.gone && this.writing.compareAndSet(false, true);
	}

	void endWriting() {
		this.writing.set(false);
	}

	/** Writes to the page; false once it is gone. */
	boolean write(String name, String data) {
		try {
			this.outlet.send(name, data);
			return true;
		}
		catch (IOException | RuntimeException ex) {
			this.gone = true; // closed, mostly
			return false;
		}
	}

	void close() {
		this.gone = true;
		this.outlet.close();
	}

	void markGone() {
		this.gone = true;
	}

	boolean isGone() {
		return this.gone;
	}

	/**
	 * What waited for a page.
	 *
	 * @param events the events
	 * @param skipped how many more there were
	 */
	record Batch(List<Received> events, long skipped) {

	}

	/** Where a page is written to. */
	interface Outlet {

		/** Sends a server-sent event; may wait for the network. */
		void send(String name, String data) throws IOException;

		/** Ends the answer. */
		void close();

	}

}
