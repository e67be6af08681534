package dev.pgevents.postgres.internal.listen;

import java.util.concurrent.CompletableFuture;

import dev.pgevents.SubscriptionStats;
import dev.pgevents.internal.dispatch.BusSubscription;

/**
 * A part of the bus that listens without a handler: the listener sees it as a
 * subscription, which is open for as long as the bus is and counts nothing.
 */
public abstract class ListeningPart implements BusSubscription {

	private volatile boolean live;

	/**
	 * Creates a part for which listening has not begun.
	 */
	protected ListeningPart() {
	}

	/**
	 * Listening has begun, for the first time.
	 */
	protected abstract void begin();

	@Override
	public final void live() {
		boolean first = !this.live;
		this.live = true;
		if (first) {
			begin();
		}
	}

	@Override
	public final boolean isLive() {
		return this.live;
	}

	@Override
	public final boolean isClosed() {
		return false;
	}

	@Override
	public final CompletableFuture<Void> ready() {
		return CompletableFuture.completedFuture(null);
	}

	@Override
	public final SubscriptionStats stats() {
		return new SubscriptionStats(0, 0, 0, 0, 0, 0, 0, 0);
	}

	@Override
	public final void close() {
		// Ends with the bus.
	}

}
