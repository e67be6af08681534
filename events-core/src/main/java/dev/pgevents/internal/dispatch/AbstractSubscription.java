package dev.pgevents.internal.dispatch;

import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.Gap;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.SubscriptionStats;
import org.jspecify.annotations.Nullable;

/**
 * What subscriptions with a handler and streams have in common: a name, a filter, and a
 * buffer behind a lock that is never held while calling out.
 */
abstract class AbstractSubscription implements BusSubscription {

	final ReentrantLock lock = new BriefLock();

	final Buffer buffer;

	private final String name;

	private final SubscriptionFilter filter;

	private final Consumer<BusSubscription> onClose;

	/** Whose events are left out. */
	private final @Nullable String ignored;

	private final CompletableFuture<Void> ready = new CompletableFuture<>();

	final BusContext bus;

	/** Since when the consumer had no subscription, until it has got the gap. */
	private @Nullable Instant awaySince;

	/** Until then nothing is taken in: what came before would have a hole after it. */
	private volatile boolean live;

	boolean closed;

	long handled;

	long failed;

	long gaps;

	long slow;

	AbstractSubscription(String name, SubscriptionFilter filter, SubscriptionOptions options, int concurrency,
			Consumer<BusSubscription> onClose, BusContext bus) {
		this.name = name;
		this.filter = filter;
		this.onClose = onClose;
		this.bus = bus;
		this.ignored = options.ignoreOwn() ? bus.instanceId() : null;
		this.awaySince = options.awaySince();
		this.buffer = new Buffer(options.bufferSize(), options.overflow(), concurrency > 1, bus.clock());
	}

	/** Takes in an event. */
	final void offer(Event event) {
		if (isIgnored(event)) {
			return;
		}
		boolean starts = false;
		this.lock.lock();
		try {
			if (this.live && !this.closed) {
				this.buffer.add(event);
				starts = claimsConsumer();
			}
		}
		finally {
			this.lock.unlock();
		}
		if (starts) {
			startConsumer();
		}
	}

	/**
	 * Takes in an event.
	 * @return whether {@link #afterAdding()} is to follow
	 */
	final boolean add(Event event) {
		if (isIgnored(event)) {
			return false;
		}
		this.lock.lock();
		try {
			boolean takesIn = this.live && !this.closed;
			if (takesIn) {
				this.buffer.add(event);
			}
			return takesIn && added();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public final void gap(Gap gap) {
		this.lock.lock();
		try {
			if (this.live && !this.closed) {
				this.buffer.append(gap);
				added();
			}
		}
		finally {
			this.lock.unlock();
		}
		afterAdding();
	}

	private boolean isIgnored(Event event) {
		return this.ignored != null && this.ignored.equals(event.publishedBy());
	}

	/**
	 * Something was added; the lock is held. Like {@link #added()}, for a thread that
	 * starts what is needed itself, which saves it coming back for the lock.
	 * @return whether {@link #startConsumer()} is to follow
	 */
	abstract boolean claimsConsumer();

	/** Starts what was claimed; the lock is not held. */
	abstract void startConsumer();

	/**
	 * Something was added; the lock is held.
	 * @return whether {@link #afterAdding()} is to follow
	 */
	abstract boolean added();

	/** Something was added; the lock is not held. */
	abstract void afterAdding();

	/** Counts a delivery that has left the buffer; the lock is held. */
	final void count(Delivery delivery, @Nullable Throwable error) {
		if (delivery instanceof Gap) {
			this.gaps++;
		}
		else if (error != null) {
			this.failed++;
		}
		else {
			this.handled++;
		}
	}

	/** Marks as closed; false if it was before. The lock is held. */
	final boolean markClosed() {
		boolean first = !this.closed;
		this.closed = true;
		this.buffer.clear();
		return first;
	}

	/** Ends the wait for readiness, and informs the bus; the lock is not held. */
	final void announceClosed() {
		this.ready.completeExceptionally(
				new IllegalStateException("subscription " + this.name + " was closed before listening began"));
		this.onClose.accept(this);
	}

	@Override
	public final String name() {
		return this.name;
	}

	@Override
	public final SubscriptionFilter filter() {
		return this.filter;
	}

	@Override
	public final CompletableFuture<Void> ready() {
		this.lock.lock();
		try {
			return this.ready.copy();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Begins to take in, without being ready. */
	final void takeIn() {
		this.live = true;
	}

	@Override
	public final void live() {
		if (becomesLive()) {
			// What hangs on it may take any time, which a reading thread has not.
			this.bus.stages().execute(() -> this.ready.complete(null));
		}
		afterAdding();
	}

	/** Begins to take in; true if there are stages that wait for that. */
	private boolean becomesLive() {
		this.lock.lock();
		try {
			this.live = true;
			appendGapOfTheTimeAway();
			if (this.ready.getNumberOfDependents() == 0) {
				this.ready.complete(null);
			}
			return !this.ready.isDone();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Before anything else is taken in; the lock is held. */
	private void appendGapOfTheTimeAway() {
		Instant since = this.awaySince;
		if (since != null && !this.closed) {
			this.awaySince = null;
			Instant now = this.bus.clock().instant();
			// A clock may have been set back.
			this.buffer.append(new Gap(Gap.Reason.STOPPED, since.isBefore(now) ? since : now, now, 0));
			added();
		}
	}

	@Override
	public final void fail(Throwable cause) {
		this.ready.completeExceptionally(cause);
	}

	@Override
	public final boolean isLive() {
		return this.live;
	}

	@Override
	public final boolean isClosed() {
		this.lock.lock();
		try {
			return this.closed;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public final SubscriptionStats stats() {
		this.lock.lock();
		try {
			return new SubscriptionStats(this.buffer.received(), this.handled, this.failed, this.buffer.dropped(),
					this.buffer.coalesced(), this.gaps, this.slow, this.buffer.events());
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public final String toString() {
		return "Subscription[" + this.name + "]";
	}

}
