package dev.pgevents.postgres;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.zip.CRC32;

import dev.pgevents.Event;
import dev.pgevents.SubscriptionFilter;
import org.jspecify.annotations.Nullable;

/**
 * App ids hashed over a fixed number of channels.
 */
final class ChannelPerApp implements ChannelStrategy {

	private static final int MAX_PARTITIONS = 1024;

	private final List<String> partitions;

	private final String none;

	ChannelPerApp(String prefix, int partitions) {
		if (partitions < 1 || partitions > MAX_PARTITIONS) {
			throw new IllegalArgumentException("partitions is " + partitions + ", it must be 1 to " + MAX_PARTITIONS);
		}
		this.partitions = IntStream.range(0, partitions)
			.mapToObj((partition) -> ChannelNames.checked(prefix + "." + partition))
			.toList();
		this.none = ChannelNames.checked(prefix + ".none");
	}

	@Override
	public String channelOf(Event event) {
		return channelOf(event.appId());
	}

	@Override
	public Set<String> channelsOf(SubscriptionFilter filter) {
		Set<String> needed = new HashSet<>();
		if (filter.appIds().isEmpty()) {
			needed.addAll(this.partitions);
			needed.add(this.none);
		}
		filter.appIds().forEach((appId) -> needed.add(channelOf(appId)));
		return needed;
	}

	private String channelOf(@Nullable String appId) {
		if (appId == null) {
			return this.none;
		}
		CRC32 hash = new CRC32();
		hash.update(appId.getBytes(StandardCharsets.UTF_8));
		return this.partitions.get((int) (hash.getValue() % this.partitions.size()));
	}

}
