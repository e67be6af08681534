package dev.pgevents.postgres;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.SubscriptionFilter;

/**
 * A channel for each known type and one for all others.
 */
final class ChannelPerType implements ChannelStrategy {

	private final Map<EventType, String> channels = new LinkedHashMap<>();

	private final String other;

	ChannelPerType(String prefix, Collection<EventType> knownTypes) {
		this.other = ChannelNames.checked(prefix + ".other");
		knownTypes.forEach((type) -> this.channels.put(type, ChannelNames.checked(prefix + "." + type.value())));
	}

	@Override
	public String channelOf(Event event) {
		return this.channels.getOrDefault(event.type(), this.other);
	}

	@Override
	public Set<String> channelsOf(SubscriptionFilter filter) {
		Set<String> needed = new HashSet<>();
		this.channels.forEach((type, channel) -> {
			if (filter.matchesType(type)) {
				needed.add(channel);
			}
		});
		if (filter.types().isEmpty() || filter.types().stream().anyMatch(this::reachesOthers)) {
			needed.add(this.other);
		}
		return needed;
	}

	private boolean reachesOthers(String pattern) {
		return pattern.endsWith(".*") || !this.channels.containsKey(EventType.of(pattern));
	}

}
