package dev.pgevents.postgres.internal.publish;

import java.time.Duration;

/**
 * The function that records notifications and sends them.
 *
 * @param function its qualified and quoted name
 * @param patience how long it may wait for a partition
 */
public record LogAppend(String function, Duration patience) {

	/** Channels, texts, and which ones are recorded. */
	String call() {
		return this.function + "(?::text[], ?::text[], ?::boolean[], " + this.patience.toMillis() + ")";
	}

}
