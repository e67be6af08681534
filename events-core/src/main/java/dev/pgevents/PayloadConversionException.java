package dev.pgevents;

import java.lang.reflect.Type;

import dev.pgevents.internal.log.LogText;
import org.jspecify.annotations.Nullable;

/**
 * A payload could not be written as JSON, or JSON did not fit the wanted type.
 *
 * @since 0.1
 */
public class PayloadConversionException extends EventsException {

	private static final long serialVersionUID = 1L;

	private static final int SHOWN = 200;

	/**
	 * With a message.
	 * @param message what went wrong, and what to do
	 */
	public PayloadConversionException(String message) {
		super(message);
	}

	/**
	 * With a message and a cause.
	 * @param message what went wrong, and what to do
	 * @param cause why
	 */
	public PayloadConversionException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

	/**
	 * For JSON that does not fit a type. Names both, the JSON shortened and without what
	 * would break a log line.
	 * @param json the JSON
	 * @param type the wanted type
	 * @param cause why
	 * @return the exception
	 */
	public static PayloadConversionException unreadable(String json, Type type, @Nullable Throwable cause) {
		return new PayloadConversionException(
				"payload cannot be read as " + type.getTypeName() + ": " + LogText.of(json, SHOWN), cause);
	}

}
