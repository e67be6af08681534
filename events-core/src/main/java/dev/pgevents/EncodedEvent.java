package dev.pgevents;

/**
 * An event as its bus will send it: encoded, and its size checked, so that it can leave
 * later whatever becomes of its payload's value. Made and understood by one bus only, see
 * {@link EncodingPublisher}. Immutable.
 *
 * @since 0.1
 */
public interface EncodedEvent {

	/**
	 * Returns the event.
	 * @return the event as it was given
	 */
	Event event();

}
