package dev.pgevents.postgres;

import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.EventTypes;
import dev.pgevents.SubscriptionFilter;

/**
 * The channels of another strategy and, to listen only, those on which the services of a
 * rollups node notify each other: one for each stage, named in the notification and
 * nowhere typed.
 */
final class StageChannels implements ChannelStrategy {

	/** As that node has named them by the end of 2026. */
	private static final Map<String, EventType> NODE = Map.of( //
			"input_received", EventTypes.INPUT_RECEIVED, //
			"epoch_closed", EventTypes.EPOCH_CLOSED, //
			"inputs_processed", EventTypes.EPOCH_INPUTS_PROCESSED, //
			"claim_computed", EventTypes.EPOCH_CLAIM_CALCULATED, //
			"claim_submitted", EventTypes.EPOCH_CLAIM_SUBMITTED, //
			"claim_accepted", EventTypes.EPOCH_CLAIM_ACCEPTED, //
			"settle_submitted", EventType.of("epoch.settle_submitted"), //
			"join_submitted", EventType.of("epoch.join_submitted"), //
			"app_state_changed", EventType.of("app.state_changed"));

	private final ChannelStrategy own;

	private final Map<String, EventType> stages;

	StageChannels(ChannelStrategy own) {
		this.own = own;
		Map<String, EventType> all = new TreeMap<>(own.stages());
		all.putAll(NODE);
		this.stages = Map.copyOf(all);
	}

	/** The strategy of what this library publishes. */
	static ChannelStrategy own(ChannelStrategy strategy) {
		return (strategy instanceof StageChannels stages) ? own(stages.own) : strategy;
	}

	@Override
	public String channelOf(Event event) {
		return this.own.channelOf(event);
	}

	@Override
	public Set<String> channelsOf(SubscriptionFilter filter) {
		Set<String> needed = new HashSet<>(this.own.channelsOf(filter));
		SubscriptionFilter ofTypes = new SubscriptionFilter(filter.types(), Set.of());
		this.stages.forEach((channel, type) -> {
			if (ofTypes.matches(Event.of(type, null, null))) {
				needed.add(channel);
			}
		});
		return needed;
	}

	@Override
	public Map<String, EventType> stages() {
		return this.stages;
	}

}
