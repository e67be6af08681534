package dev.pgevents.spring.internal.payload;

import java.lang.reflect.Type;

import dev.pgevents.PayloadCodec;
import dev.pgevents.PayloadConversionException;

/**
 * How payloads are read: by which codec, and as which classes.
 *
 * @param codec reads JSON
 * @param classes finds the classes of payloads
 * @since 0.1
 */
public record PayloadReading(PayloadCodec codec, PayloadClasses classes) {

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

}
