package dev.pgevents.benchmarks.sidebyside;

import java.util.Objects;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.Gap;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.PostgresEventBus;
import org.jspecify.annotations.Nullable;

/**
 * This library without Spring: each payload is read into a record.
 */
final class BusReceiver implements Receiver {

	private @Nullable PostgresEventBus bus;

	private @Nullable EventHandler handler;

	@Override
	public void start(String url, Recording recording) {
		PostgresEventBus bus = PostgresEventBus.builder()
			.listener(ConnectionSource.url(url, null, null))
			.channels(new ChannelPerTypeName())
			.build();
		EventHandler handler = new RecordingHandler(recording);
		bus.subscribe(SubscriptionFilter.types(CHANNEL), handler).ready().join();
		bus.subscribe(SubscriptionFilter.types(DRAIN_CHANNEL),
				SubscriptionOptions.builder().bufferSize(DRAIN_BUFFER).build(), handler)
			.ready()
			.join();
		this.bus = bus;
		this.handler = handler;
	}

	@Override
	public void listen(String channel) {
		Objects.requireNonNull(this.bus)
			.subscribe(SubscriptionFilter.types(channel), Objects.requireNonNull(this.handler));
	}

	private record RecordingHandler(Recording recording) implements EventHandler {

		@Override
		public void onEvent(Event event) {
			Sent payload = event.payloadAs(Sent.class);
			this.recording.received((payload != null) ? payload.sent() : 0);
		}

		@Override
		public void onGap(Gap gap) {
			this.recording.gap();
		}

	}

}
