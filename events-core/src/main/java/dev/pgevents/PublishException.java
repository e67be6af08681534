package dev.pgevents;

import org.jspecify.annotations.Nullable;

/**
 * An event could not be published, or it is not known whether it was; the message says
 * which.
 *
 * @since 0.1
 */
public class PublishException extends EventsException {

	private static final long serialVersionUID = 1L;

	/**
	 * With a message.
	 * @param message what went wrong, and what to do
	 */
	public PublishException(String message) {
		super(message);
	}

	/**
	 * With a message and a cause.
	 * @param message what went wrong, and what to do
	 * @param cause why
	 */
	public PublishException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
