package dev.pgevents.internal.group;

import dev.pgevents.EventHandler;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.internal.dispatch.BusSubscription;
import org.jspecify.annotations.Nullable;

/**
 * One of the handlers of a group in this process.
 */
final class Member {

	private final SubscriptionFilter filter;

	private final EventHandler handler;

	private final int bufferSize;

	private volatile @Nullable BusSubscription subscription;

	Member(SubscriptionFilter filter, EventHandler handler, int bufferSize) {
		this.filter = filter;
		this.handler = handler;
		this.bufferSize = bufferSize;
	}

	void subscription(BusSubscription subscription) {
		this.subscription = subscription;
	}

	BusSubscription subscription() {
		BusSubscription own = this.subscription;
		if (own == null) {
			throw new IllegalStateException("the handler for " + this.filter + " has no subscription yet");
		}
		return own;
	}

	SubscriptionFilter filter() {
		return this.filter;
	}

	EventHandler handler() {
		return this.handler;
	}

	int bufferSize() {
		return this.bufferSize;
	}

	@Override
	public String toString() {
		BusSubscription own = this.subscription;
		return (own != null) ? own.name() + " for " + this.filter : this.filter.toString();
	}

}
