package dev.pgevents.spring.test;

import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

import dev.pgevents.Event;
import dev.pgevents.PayloadCodec;
import dev.pgevents.spring.internal.payload.PayloadClass;
import org.jspecify.annotations.Nullable;

/**
 * Reads payloads as a class that says of which events it is.
 *
 * @param codec reads those that are JSON, or instances of another class
 */
record PayloadsOfClass(Supplier<PayloadCodec> codec) {

	<T> List<T> of(Class<T> payload, Collection<Event> events) {
		String type = PayloadClass.of(payload).type().value();
		return events.stream()
			.filter((event) -> event.type().value().equals(type))
			.map((event) -> read(event, payload))
			.filter(Objects::nonNull)
			.toList();
	}

	private <T> @Nullable T read(Event event, Class<T> payload) {
		if (event.payload().isEmpty()) {
			return null;
		}
		return this.codec.get().fromJson(json(event), payload);
	}

	String json(Event event) {
		return event.payload().toJson(this.codec.get());
	}

}
