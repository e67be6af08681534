package dev.pgevents;

/**
 * What a subscription does with an event for which its buffer has no room.
 *
 * @since 0.1
 */
public enum OverflowPolicy {

	/** The oldest waiting event gives way; a gap stands in its place. */
	DROP_OLDEST,

	/** The new event is dropped; a gap stands in its place. */
	DROP_NEWEST,

	/**
	 * Only the newest waiting event of each type and app is kept, whether or not the
	 * buffer is full. What it replaces is counted as coalesced and raises no gap. When
	 * even so the buffer is full, the oldest waiting event gives way to a gap.
	 */
	LATEST_PER_APP

}
