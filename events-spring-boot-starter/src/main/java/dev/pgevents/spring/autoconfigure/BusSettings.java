package dev.pgevents.spring.autoconfigure;

import dev.pgevents.EventTypes;
import dev.pgevents.postgres.ChannelStrategy;
import dev.pgevents.postgres.PostgresEventBus;

/**
 * Hands the {@code events.*} properties to the bus's builder, and names the property
 * whose value the builder refuses.
 */
final class BusSettings {

	private final PostgresEventBus.Builder builder;

	BusSettings(PostgresEventBus.Builder builder) {
		this.builder = builder;
	}

	void apply(EventsProperties properties) {
		channels(properties.channels());
		publisher(properties.publisher());
		listener(properties.listener());
	}

	private void channels(EventsProperties.Channels channels) {
		PropertyCheck.of("events.channels", () -> this.builder.channels(switch (channels.strategy()) {
			case SINGLE -> ChannelStrategy.single(channels.name());
			case PER_TYPE -> ChannelStrategy.perType(channels.name(), EventTypes.all());
			case PER_APP -> ChannelStrategy.perApp(channels.name(), channels.partitions());
		}));
	}

	private void publisher(EventsProperties.Publisher publisher) {
		PropertyCheck.of("events.publisher.queue-capacity",
				() -> this.builder.queueCapacity(publisher.queueCapacity()));
		PropertyCheck.of("events.publisher.max-batch", () -> this.builder.maxBatch(publisher.maxBatch()));
		PropertyCheck.of("events.publisher.timeout", () -> this.builder.publishTimeout(publisher.timeout()));
		PropertyCheck.of("events.publisher.lock-timeout", () -> this.builder.lockTimeout(publisher.lockTimeout()));
	}

	private void listener(EventsProperties.Listener listener) {
		this.builder.listening(listener.enabled())
			.listeningOffReason("listening is switched off by events.listener.enabled=false");
		PropertyCheck.of("events.listener.heartbeat", () -> this.builder.heartbeat(listener.heartbeat()));
		PropertyCheck.of("events.listener.shutdown-timeout",
				() -> this.builder.shutdownTimeout(listener.shutdownTimeout()));
		PropertyCheck.of("events.listener.slow-handler-threshold",
				() -> this.builder.slowHandlerThreshold(listener.slowHandlerThreshold()));
		EventsProperties.Recovery recovery = listener.recovery();
		PropertyCheck.of("events.listener.recovery",
				() -> this.builder.backoff(recovery.initialDelay(), recovery.multiplier(), recovery.maxDelay()));
	}

}
