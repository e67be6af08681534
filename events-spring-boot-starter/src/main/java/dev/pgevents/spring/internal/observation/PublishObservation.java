package dev.pgevents.spring.internal.observation;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

import dev.pgevents.Event;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.SenderContext;
import org.jspecify.annotations.Nullable;

/**
 * A running observation of one event's publishing.
 *
 * @param event the event, with what the observation has written into its headers
 * @param observation the observation
 */
record PublishObservation(Event event, Observation observation) {

	private static final String ROLLED_BACK = "events.publish.rolled-back";

	/** Starts, and lets tracing write into the headers; what they held stays. */
	static PublishObservation start(Event event, ObservationRegistry registry, TypeTag types) {
		Map<String, String> headers = new HashMap<>();
		SenderContext<Map<String, String>> context = new SenderContext<>(
				(carrier, key, value) -> headers.put(key, value));
		context.setCarrier(headers);
		Observation observation = Observation.createNotStarted("events.publish", () -> context, registry)
			.contextualName("publish " + event.type())
			.lowCardinalityKeyValue(TypeTag.NAME, types.of(event.type()))
			.highCardinalityKeyValues(identity(event))
			.start();
		headers.putAll(event.headers());
		return new PublishObservation(
				new Event(event.id(), event.type(), event.appId(), event.payload(), event.timestamp(), headers),
				observation);
	}

	/**
	 * What distinguishes the event from others: its app id, if it has one, and its id.
	 */
	static KeyValues identity(Event event) {
		KeyValues id = KeyValues.of("events.id", event.id().toString());
		String app = event.appId();
		return (app != null) ? id.and("events.app", app) : id;
	}

	/**
	 * Runs with the observation in place, for logs and whatever else looks for a trace.
	 */
	<T> T call(Supplier<T> publishing) {
		return Objects.requireNonNull(this.observation.scoped(publishing));
	}

	/** Ends what is not published. Meters are named when they end. */
	void rollBack() {
		this.observation.getContext().setName(ROLLED_BACK);
		this.observation.stop();
	}

	/** Ends, with what has failed. */
	void end(@Nullable Throwable failure) {
		if (failure != null && this.observation.getContext().getError() == null) {
			this.observation.error(failure);
		}
		this.observation.stop();
	}

}
