package dev.pgevents;

import org.jspecify.annotations.Nullable;

/**
 * The base of everything the library throws for reasons other than a wrong argument or
 * state.
 *
 * @since 0.1
 */
public class EventsException extends RuntimeException {

	private static final long serialVersionUID = 1L;

	/**
	 * With a message.
	 * @param message what went wrong, and what to do
	 */
	public EventsException(String message) {
		super(message);
	}

	/**
	 * With a message and a cause.
	 * @param message what went wrong, and what to do
	 * @param cause why
	 */
	public EventsException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
