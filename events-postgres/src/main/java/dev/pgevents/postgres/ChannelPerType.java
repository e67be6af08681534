package dev.pgevents.postgres;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeMap;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.SubscriptionFilter;
import org.jspecify.annotations.Nullable;

/**
 * A channel for each listed type, one for each listed group, and one for all other types.
 * The most specific of what is listed counts.
 */
final class ChannelPerType implements ChannelStrategy {

	private static final String WILDCARD = ".*";

	/** By what is listed: a type, or a group as {@code order.*}. */
	private final TreeMap<String, String> channels = new TreeMap<>();

	private final String prefix;

	private final String other;

	ChannelPerType(String prefix, Collection<String> typesAndGroups) {
		this.prefix = prefix;
		this.other = ChannelNames.checked(prefix + ".other");
		for (String listed : typesAndGroups) {
			EventType.of(isGroup(listed) ? group(listed) : listed); // checks it
			this.channels.put(listed, ChannelNames.checked(prefix + "." + listed));
		}
	}

	/** What is listed, which has to be the same in all services. */
	Set<String> listed() {
		return this.channels.keySet();
	}

	/** What the channels' names begin with. */
	String prefix() {
		return this.prefix;
	}

	@Override
	public String channelOf(Event event) {
		return channelOf(event.type().value());
	}

	private String channelOf(String type) {
		String own = this.channels.get(type);
		return (own != null) ? own : channelOfGroup(parent(type));
	}

	/**
	 * The channel of types directly in a group, and of those below that are not listed.
	 */
	private String channelOfGroup(@Nullable String name) {
		for (String group = name; group != null; group = parent(group)) {
			String channel = this.channels.get(group + WILDCARD);
			if (channel != null) {
				return channel;
			}
		}
		return this.other;
	}

	@Override
	public Set<String> channelsOf(SubscriptionFilter filter) {
		Set<String> needed = new HashSet<>();
		if (filter.types().isEmpty()) {
			needed.addAll(this.channels.values());
			needed.add(this.other);
		}
		for (String pattern : filter.types()) {
			if (isGroup(pattern)) {
				addGroup(group(pattern), needed);
			}
			else {
				needed.add(channelOf(pattern));
			}
		}
		return needed;
	}

	private void addGroup(String name, Set<String> needed) {
		needed.add(channelOfGroup(name));
		this.channels.forEach((listed, channel) -> {
			if (listed.startsWith(name + ".")) {
				needed.add(channel);
			}
		});
	}

	private static boolean isGroup(String pattern) {
		return pattern.endsWith(WILDCARD);
	}

	private static String group(String pattern) {
		return pattern.substring(0, pattern.length() - WILDCARD.length());
	}

	private static @Nullable String parent(String name) {
		int dot = name.lastIndexOf('.');
		return (dot > 0) ? name.substring(0, dot) : null;
	}

}
