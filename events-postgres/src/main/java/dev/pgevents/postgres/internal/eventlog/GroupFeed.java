package dev.pgevents.postgres.internal.eventlog;

import java.util.concurrent.CompletableFuture;

import dev.pgevents.Gap;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionStats;
import dev.pgevents.internal.dispatch.BusSubscription;
import dev.pgevents.internal.group.Groups;

/**
 * A group, as the listener sees it: a subscription that is told where listening begins
 * and where something may have been missed, and takes the remedy itself.
 */
final class GroupFeed implements BusSubscription {

	private final String name;

	private final Groups.Feed feed;

	private volatile boolean live;

	GroupFeed(String name, Groups.Feed feed) {
		this.name = name;
		this.feed = feed;
	}

	@Override
	public void live() {
		boolean first = !this.live;
		this.live = true;
		if (first) {
			this.feed.live();
		}
	}

	@Override
	public void gap(Gap gap) {
		this.feed.gap(gap);
	}

	@Override
	public boolean isLive() {
		return this.live;
	}

	@Override
	public boolean isClosed() {
		return false;
	}

	@Override
	public void fail(Throwable cause) {
		// The group's own subscriptions tell.
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public SubscriptionFilter filter() {
		return SubscriptionFilter.all();
	}

	@Override
	public CompletableFuture<Void> ready() {
		return CompletableFuture.completedFuture(null);
	}

	@Override
	public SubscriptionStats stats() {
		return new SubscriptionStats(0, 0, 0, 0, 0, 0, 0, 0);
	}

	@Override
	public void close() {
		// It is there for as long as the bus.
	}

}
