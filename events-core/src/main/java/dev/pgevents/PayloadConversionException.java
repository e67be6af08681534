package dev.pgevents;

import org.jspecify.annotations.Nullable;

/**
 * A payload could not be written as JSON, or JSON did not fit the wanted type.
 *
 * @since 0.1
 */
public class PayloadConversionException extends EventsException {

	private static final long serialVersionUID = 1L;

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

}
