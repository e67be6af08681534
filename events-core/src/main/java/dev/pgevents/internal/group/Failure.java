package dev.pgevents.internal.group;

import java.time.Duration;

import org.jspecify.annotations.Nullable;

/**
 * Why an event is held.
 *
 * @param attempts how often it was tried, 0 for one that waits behind another
 * @param error what the handler threw, in one line; empty if it was not tried
 * @param next after how long to try again; null for never, unless it is redriven
 */
public record Failure(int attempts, String error, @Nullable Duration next) {

	/** Waits behind another event of its app. */
	public static final Failure BEHIND = new Failure(0, "", Duration.ZERO);

}
