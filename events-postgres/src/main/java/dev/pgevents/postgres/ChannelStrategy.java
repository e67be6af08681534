package dev.pgevents.postgres;

import java.util.Collection;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.SubscriptionFilter;

/**
 * Which channel an event goes to, and which channels a filter needs. All processes that
 * talk to each other must use the same strategy. Implementations are thread-safe and give
 * channel names of 1 to {@value #MAX_NAME_BYTES} bytes; with any other, subscribing and
 * publishing throw an IllegalArgumentException.
 *
 * @since 0.1
 */
public interface ChannelStrategy {

	/** The channel used when nothing is configured. */
	String DEFAULT_CHANNEL = "events";

	/**
	 * The longest channel name, in bytes of UTF-8. PostgreSQL's LISTEN silently truncates
	 * longer ones ({@code NAMEDATALEN} - 1), and NOTIFY refuses them.
	 */
	int MAX_NAME_BYTES = 63;

	/**
	 * Returns the channel an event goes to.
	 * @param event the event
	 * @return the channel's name, unquoted
	 */
	String channelOf(Event event);

	/**
	 * Returns the channels on which events of a filter may arrive.
	 * @param filter the filter
	 * @return the channels' names, unquoted; at least one
	 */
	Set<String> channelsOf(SubscriptionFilter filter);

	/**
	 * Channels of others, on which notifications name no type: the type of the events
	 * that arrive on each. Such a notification is a JSON object with {@code app_id} and
	 * {@code epoch_idx}, both optional, where the usual form has {@code type} and
	 * {@code payload}; the event's payload has them as {@code app} and {@code epoch}.
	 * Asked once, when a bus is built. A bus that signs accepts none: building it fails.
	 * @return types by channel, none unless overridden
	 */
	default Map<String, EventType> stages() {
		return Map.of();
	}

	/**
	 * Listens, besides, to the channels on which the services of a rollups node notify
	 * each other, one for each stage: {@code epoch_closed} with
	 * {@code {"ch":"epoch_closed","app_id":1,"epoch_idx":7}} arrives as an event of type
	 * {@code epoch.closed}. Nothing is published on them, and the other services need not
	 * know. {@code docs/wire-format.md} lists channels and types.
	 * @param own where events of this library go
	 * @return the strategy
	 */
	static ChannelStrategy withStages(ChannelStrategy own) {
		return new StageChannels(Objects.requireNonNull(own, "own"));
	}

	/**
	 * Returns one channel for everything. The default, with {@link #DEFAULT_CHANNEL}.
	 * @param name the channel's name
	 * @return the strategy
	 * @throws IllegalArgumentException if the name is empty or too long
	 */
	static ChannelStrategy single(String name) {
		return new SingleChannel(name);
	}

	/**
	 * Returns a channel for each known type, {@code <prefix>.<type>}, and
	 * {@code <prefix>.other} for the rest, so that wildcard filters stay complete.
	 * @param prefix what the channels' names begin with
	 * @param knownTypes the types with a channel of their own, the same in all processes
	 * @return the strategy
	 * @throws IllegalArgumentException if a name is too long
	 */
	static ChannelStrategy perType(String prefix, Collection<EventType> knownTypes) {
		return perTypeOrGroup(prefix, knownTypes.stream().map(EventType::value).toList());
	}

	/**
	 * Returns a channel for each listed type, {@code <prefix>.<type>}, one for each
	 * listed group, {@code <prefix>.order.*} for {@code order.*}, and
	 * {@code <prefix>.other} for the rest, so that every filter stays complete. The most
	 * specific of what is listed counts. Buses compare their lists where they connect, on
	 * {@code <prefix>.lists}, and warn where they differ.
	 * @param prefix what the channels' names begin with
	 * @param typesAndGroups what has a channel of its own, the same in all processes
	 * @return the strategy
	 * @throws IllegalArgumentException if a name is too long or a type is not valid
	 */
	static ChannelStrategy perTypeOrGroup(String prefix, Collection<String> typesAndGroups) {
		return new ChannelPerType(prefix, typesAndGroups);
	}

	/**
	 * App ids hashed over a fixed number of channels, {@code <prefix>.0} and so on, and
	 * {@code <prefix>.none} for events without app id. The channel of an app id is the
	 * CRC-32 of its UTF-8 bytes modulo the number of partitions.
	 * @param prefix what the channels' names begin with
	 * @param partitions how many channels, 1 to 1024, the same in all processes
	 * @return the strategy
	 * @throws IllegalArgumentException if a name is too long or the number is out of
	 * range
	 */
	static ChannelStrategy perApp(String prefix, int partitions) {
		return new ChannelPerApp(prefix, partitions);
	}

}
