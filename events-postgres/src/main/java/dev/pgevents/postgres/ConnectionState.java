package dev.pgevents.postgres;

/**
 * Where a bus's listening connection stands.
 *
 * @since 0.1
 */
public enum ConnectionState {

	/** Being made, or made and not yet proven to deliver. */
	CONNECTING,

	/** Listening, and a notification sent through the publishing path has come back. */
	LISTENING,

	/**
	 * Connected, yet a notification sent through the publishing path did not come back;
	 * or listening is switched off. What does arrive is delivered all the same.
	 */
	DEAF,

	/** Lost or refused; the next attempt is scheduled. */
	BACKING_OFF,

	/** Let go of, or not made yet, until the bus is resumed. */
	STOPPED,

	/** Closed for good. */
	CLOSED

}
