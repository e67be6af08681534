package dev.pgevents.postgres.internal.eventlog;

import dev.pgevents.Gap;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.internal.group.Groups;
import dev.pgevents.postgres.internal.listen.ListeningPart;

/**
 * A group, as the listener sees it: a subscription that is called where listening begins
 * and where something may have been missed, and takes the remedy itself.
 */
final class GroupFeed extends ListeningPart {

	private final String name;

	private final Groups.Feed feed;

	GroupFeed(String name, Groups.Feed feed) {
		this.name = name;
		this.feed = feed;
	}

	@Override
	protected void begin() {
		this.feed.live();
	}

	@Override
	public void gap(Gap gap) {
		this.feed.gap(gap);
	}

	@Override
	public void fail(Throwable cause) {
		// The group's own subscriptions say so.
	}

	@Override
	public String name() {
		return this.name;
	}

	@Override
	public SubscriptionFilter filter() {
		return SubscriptionFilter.all();
	}

}
