package dev.pgevents;

import org.jspecify.annotations.Nullable;

/**
 * The event log could not be read or written. What was asked for did not happen, unless
 * the message says that it is not known.
 *
 * @since 0.1
 */
public class EventLogException extends EventsException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param message what failed and what to do
	 * @param cause why, or null
	 */
	public EventLogException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
