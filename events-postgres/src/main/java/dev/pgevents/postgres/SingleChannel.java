package dev.pgevents.postgres;

import java.util.Set;

import dev.pgevents.Event;
import dev.pgevents.SubscriptionFilter;

/**
 * One channel for everything.
 */
record SingleChannel(String name) implements ChannelStrategy {

	SingleChannel {
		ChannelNames.checked(name);
	}

	@Override
	public String channelOf(Event event) {
		return this.name;
	}

	@Override
	public Set<String> channelsOf(SubscriptionFilter filter) {
		return Set.of(this.name);
	}

}
