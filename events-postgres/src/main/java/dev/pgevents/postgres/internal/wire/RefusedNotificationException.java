package dev.pgevents.postgres.internal.wire;

/**
 * A notification that is not signed as it has to be. Nothing of it but its signature was
 * looked at.
 */
public final class RefusedNotificationException extends UnreadableNotificationException {

	private static final long serialVersionUID = 1L;

	RefusedNotificationException(String message) {
		super(message, null);
	}

}
