package dev.pgevents.postgres.internal.wire;

import org.jspecify.annotations.Nullable;

/**
 * A notification that is not of the wire format. The message is safe to log: it quotes
 * nothing of the notification. Without a stack trace, which would be the most expensive
 * part of refusing what any client may send.
 */
public sealed class UnreadableNotificationException extends Exception permits RefusedNotificationException {

	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param message what is wrong; quotes nothing of the notification
	 * @param cause why, or null
	 */
	public UnreadableNotificationException(String message, @Nullable Throwable cause) {
		super(message, cause, false, false);
	}

	/**
	 * A field that cannot be read.
	 * @param name the field
	 * @param held what it holds, in kind
	 * @param expected the form in which it can be read
	 * @return the exception
	 */
	static UnreadableNotificationException ofField(String name, String held, String expected) {
		return new UnreadableNotificationException("field " + name + " holds " + held + ", expected: " + expected,
				null);
	}

}
