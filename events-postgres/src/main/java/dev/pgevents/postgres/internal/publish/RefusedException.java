package dev.pgevents.postgres.internal.publish;

import dev.pgevents.PublishException;

/**
 * The server refused a statement for what it contained, so that nothing of it was sent.
 */
final class RefusedException extends PublishException {

	private static final long serialVersionUID = 1L;

	RefusedException(String message, Throwable cause) {
		super(Outcome.NOT_PUBLISHED, message, cause);
	}

}
