package dev.pgevents;

/**
 * An event that is larger than a notification may be. Nothing was sent.
 *
 * @since 0.1
 */
public class PayloadTooLargeException extends PublishException {

	private static final long serialVersionUID = 1L;

	private final int actualBytes;

	private final int allowedBytes;

	/**
	 * For an event of the given type.
	 * @param type the event's type
	 * @param actualBytes the size of the notification, envelope included
	 * @param allowedBytes the largest size allowed
	 */
	public PayloadTooLargeException(EventType type, int actualBytes, int allowedBytes) {
		super(Outcome.NOT_PUBLISHED, "notification of " + type + " is " + actualBytes + " bytes, PostgreSQL allows "
				+ allowedBytes + ": publish an id and let consumers read the rest", null);
		this.actualBytes = actualBytes;
		this.allowedBytes = allowedBytes;
	}

	/**
	 * Returns the size of the notification, envelope included.
	 * @return bytes in the database's encoding
	 */
	public int actualBytes() {
		return this.actualBytes;
	}

	/**
	 * Returns the largest size allowed.
	 * @return bytes in the database's encoding
	 */
	public int allowedBytes() {
		return this.allowedBytes;
	}

}
