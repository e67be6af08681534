package dev.pgevents.benchmarks.sidebyside;

import java.util.Set;

import dev.pgevents.Event;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.ChannelStrategy;

/**
 * Each event type is a channel, named alike; of a burst and of steady load where all are
 * asked for.
 */
final class ChannelPerTypeName implements ChannelStrategy {

	@Override
	public String channelOf(Event event) {
		return event.type().value();
	}

	@Override
	public Set<String> channelsOf(SubscriptionFilter filter) {
		return filter.types().isEmpty() ? Set.of(Receiver.CHANNEL, Receiver.DRAIN_CHANNEL) : filter.types();
	}

}
