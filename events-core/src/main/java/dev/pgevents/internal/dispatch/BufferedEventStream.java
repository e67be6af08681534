package dev.pgevents.internal.dispatch;

import java.time.Duration;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.function.Consumer;

import dev.pgevents.Delivery;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import org.jspecify.annotations.Nullable;

/**
 * A stream: a buffer from which the caller takes.
 */
final class BufferedEventStream extends AbstractSubscription implements BusEventStream {

	private final Condition change = this.lock.newCondition();

	BufferedEventStream(String name, SubscriptionFilter filter, SubscriptionOptions options,
			Consumer<BusSubscription> onClose, BusContext bus) {
		super(name, filter, options, 1, onClose, bus);
	}

	@Override
	boolean claimsConsumer() {
		added();
		return false;
	}

	@Override
	void startConsumer() {
	}

	@Override
	boolean added() {
		this.change.signal();
		return false;
	}

	@Override
	void afterAdding() {
	}

	@Override
	public Delivery take() throws InterruptedException {
		Delivery delivery = next(Long.MAX_VALUE);
		if (delivery == null) {
			throw new IllegalStateException("stream " + name() + " is closed");
		}
		return delivery;
	}

	@Override
	public @Nullable Delivery poll(Duration timeout) throws InterruptedException {
		return next(Math.max(0, TimeUnit.NANOSECONDS.convert(timeout)));
	}

	private @Nullable Delivery next(long timeoutNanos) throws InterruptedException {
		long left = timeoutNanos;
		this.lock.lockInterruptibly();
		try {
			while (!this.closed) {
				Delivery delivery = this.buffer.take();
				if (delivery != null) {
					this.buffer.done(delivery);
					count(delivery, null);
					return delivery;
				}
				if (left <= 0) {
					return null;
				}
				left = this.change.awaitNanos(left);
			}
			return null;
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public Iterator<Delivery> iterator() {
		return new Iterator<>() {

			private @Nullable Delivery next;

			@Override
			public boolean hasNext() {
				try {
					if (this.next == null) {
						this.next = BufferedEventStream.this.next(Long.MAX_VALUE);
					}
					return this.next != null;
				}
				catch (InterruptedException ex) {
					Thread.currentThread().interrupt();
					return false;
				}
			}

			@Override
			public Delivery next() {
				if (!hasNext()) {
					throw new NoSuchElementException("stream " + name() + " has ended");
				}
				Delivery delivery = this.next;
				this.next = null;
				if (delivery == null) {
					throw new NoSuchElementException("stream " + name() + " has ended");
				}
				return delivery;
			}
		};
	}

	@Override
	public void close() {
		boolean first;
		this.lock.lock();
		try {
			first = markClosed();
			this.change.signalAll();
		}
		finally {
			this.lock.unlock();
		}
		if (first) {
			announceClosed();
		}
	}

}
