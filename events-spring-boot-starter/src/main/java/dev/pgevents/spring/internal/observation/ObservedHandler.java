package dev.pgevents.spring.internal.observation;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.Gap;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.transport.ReceiverContext;

/**
 * Observes each call of a handler.
 *
 * @param subscription the name of its subscription
 * @param handler what handles
 * @param registry whom to tell
 */
record ObservedHandler(String subscription, EventHandler handler,
		ObservationRegistry registry) implements EventHandler {

	@Override
	public void onEvent(Event event) throws Exception {
		if (this.registry.isNoop()) {
			this.handler.onEvent(event);
		}
		else {
			observation(event).observeChecked(() -> this.handler.onEvent(event));
		}
	}

	@Override
	public void onGap(Gap gap) throws Exception {
		this.handler.onGap(gap);
	}

	private Observation observation(Event event) {
		ReceiverContext<Event> context = new ReceiverContext<>((carrier, key) -> carrier.headers().get(key));
		context.setCarrier(event);
		// Others may send any type and app id: none of them may become a meter's tag.
		return Observation.createNotStarted("events.handle", () -> context, this.registry)
			.contextualName("handle " + this.subscription)
			.lowCardinalityKeyValue("events.subscription", this.subscription)
			.highCardinalityKeyValue("events.type", event.type().value())
			.highCardinalityKeyValue("events.app", String.valueOf(event.appId()))
			.highCardinalityKeyValue("events.id", event.id().toString());
	}

}
