package dev.pgevents.spring.internal.payload;

import java.lang.reflect.Type;
import java.util.List;
import java.util.function.Supplier;

import dev.pgevents.Event;
import dev.pgevents.Payload;
import dev.pgevents.PayloadCodec;
import dev.pgevents.PayloadConversionException;
import dev.pgevents.spring.PayloadUpcaster;

/**
 * How payloads are read: by which codec, as which classes, and after which changes.
 *
 * @param codec reads JSON
 * @param classes finds the classes of payloads
 * @param upcasters who changes payloads of earlier versions, in this order
 * @since 0.1
 */
public record PayloadReading(PayloadCodec codec, PayloadClasses classes, Supplier<List<PayloadUpcaster>> upcasters) {

	/**
	 * What a declared class says about event types.
	 * @param declared the class
	 * @return what it says
	 * @throws IllegalArgumentException if there is no telling which class an event type
	 * stands for; says what to do
	 */
	public PayloadTypes types(Class<?> declared) {
		return PayloadTypes.of(declared, this.classes, this::isReadable);
	}

	private boolean isReadable(Type type) {
		try {
			this.codec.checkReadable(type);
			return true;
		}
		catch (PayloadConversionException ex) {
			return false;
		}
	}

	/**
	 * An event whose payload is of today's version.
	 * @param event the event as it arrived
	 * @return the same, or a copy with another payload
	 */
	public Event upcast(Event event) {
		List<PayloadUpcaster> all = this.upcasters.get();
		if (all.isEmpty() || event.payload().isEmpty() || !event.payload().isJson()) {
			return event;
		}
		String received = event.payload().toJson(this.codec);
		String json = received;
		for (PayloadUpcaster upcaster : all) {
			json = upcaster.upcast(event, json);
			if (json == null) {
				throw new PayloadConversionException(
						"the upcaster " + upcaster.getClass().getName() + " has given null for event " + event.type()
								+ ": let it return the JSON it was given where there is nothing to change");
			}
		}
		return json.equals(received) ? event : event.withPayload(Payload.ofJson(json, this.codec));
	}

}
