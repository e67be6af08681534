package dev.pgevents.spring.internal.jackson3;

import java.time.Month;
import java.time.Year;
import java.util.Locale;

import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.SerializationContext;
import tools.jackson.databind.module.SimpleModule;
import tools.jackson.databind.ser.std.StdSerializer;

/**
 * Writes as Jackson 2 does what Jackson 3 writes in another way and has no switch for.
 */
final class SameOnTheWire extends SimpleModule {

	private static final long serialVersionUID = 1L;

	SameOnTheWire() {
		super("pgevents-wire");
		addSerializer(new AsText<>(Year.class));
		addSerializer(new AsText<>(Month.class));
		addSerializer(new AsText<>(Locale.class));
	}

	/** Writes {@code toString}. */
	private static final class AsText<T> extends StdSerializer<T> {

		AsText(Class<T> type) {
			super(type);
		}

		@Override
		public void serialize(T value, JsonGenerator generator, SerializationContext context) {
			generator.writeString(value.toString());
		}

	}

}
