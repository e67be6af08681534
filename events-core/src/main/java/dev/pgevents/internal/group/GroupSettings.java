package dev.pgevents.internal.group;

import java.time.Duration;

import dev.pgevents.Backoff;

/**
 * How groups work.
 *
 * @param maxAttempts how often an event is tried before it is parked
 * @param retry how long to wait between attempts
 * @param pageSize how many events are read at a time
 * @param acknowledgeEvery after how many events cursors move at the latest
 * @param acknowledgeAfter after what time cursors move at the latest
 * @param look how often to look whether something was missed; what is seen of other
 * processes brings it forward
 */
public record GroupSettings(int maxAttempts, Backoff retry, int pageSize, int acknowledgeEvery,
		Duration acknowledgeAfter, Duration look) {

	/** The default for how often an event is tried. */
	public static final int DEFAULT_MAX_ATTEMPTS = 10;

	/** The default wait between attempts. */
	public static final Backoff DEFAULT_RETRY = new Backoff(Duration.ofSeconds(1), 2, Duration.ofMinutes(5));

	/** The default for how many events are read at a time. */
	public static final int DEFAULT_PAGE_SIZE = 1000;

	/** The default for after how many events cursors move. */
	public static final int DEFAULT_ACKNOWLEDGE_EVERY = 1000;

	/** After what time cursors move. */
	public static final Duration ACKNOWLEDGE_AFTER = Duration.ofMillis(100);

	/** How often to look without a reason. */
	public static final Duration LOOK = Duration.ofSeconds(30);

	/** The defaults. */
	public static final GroupSettings DEFAULTS = new GroupSettings(DEFAULT_MAX_ATTEMPTS, DEFAULT_RETRY,
			DEFAULT_PAGE_SIZE, DEFAULT_ACKNOWLEDGE_EVERY, ACKNOWLEDGE_AFTER, LOOK);

}
