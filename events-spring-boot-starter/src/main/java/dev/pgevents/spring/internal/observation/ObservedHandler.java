package dev.pgevents.spring.internal.observation;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.Gap;
import dev.pgevents.internal.group.Attempt;
import io.micrometer.common.KeyValues;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.ReceiverContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Observes each call of a handler.
 *
 * @param subscription the name of its subscription
 * @param handler what handles
 * @param registry observes it
 * @param types makes tags of event types
 */
record ObservedHandler(String subscription, EventHandler handler, ObservationRegistry registry,
		TypeTag types) implements EventHandler {

	private static final Logger logger = LoggerFactory.getLogger(ObservedHandler.class);

	@Override
	public void onEvent(Event event) throws Exception {
		FailedCall.forget();
		if (this.registry.isNoop()) {
			handle(event);
			return;
		}
		Observation observation = observation(event).start();
		try {
			observation.scopedChecked(() -> handle(event));
		}
		catch (Throwable ex) {
			FailedCall.leave(observation, ex); // which ends once that was reported
			throw ex;
		}
		observation.stop();
	}

	private void handle(Event event) throws Exception {
		if (logger.isDebugEnabled()) {
			logger.debug("subscription {} handles {}", this.subscription, event);
		}
		this.handler.onEvent(event);
	}

	@Override
	public void onGap(Gap gap) throws Exception {
		this.handler.onGap(gap);
	}

	private Observation observation(Event event) {
		ReceiverContext<Event> context = new ReceiverContext<>((carrier, key) -> carrier.headers().get(key));
		context.setCarrier(event);
		// Others may send any app id: none of them may become a meter's tag.
		return Observation.createNotStarted("events.handle", () -> context, this.registry)
			.contextualName("handle " + this.subscription)
			.lowCardinalityKeyValue("subscription", this.subscription)
			.lowCardinalityKeyValue(TypeTag.NAME, this.types.of(event.type()))
			.highCardinalityKeyValues(PublishObservation.identity(event))
			.highCardinalityKeyValues(attempt());
	}

	/** Of a group's handler, the group and which attempt it is. */
	private static KeyValues attempt() {
		Attempt attempt = Attempt.current();
		return (attempt == null) ? KeyValues.empty()
				: KeyValues.of("events.group", attempt.group(), "events.attempt", String.valueOf(attempt.number()));
	}

}
