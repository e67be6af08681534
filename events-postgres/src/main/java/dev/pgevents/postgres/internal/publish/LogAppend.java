package dev.pgevents.postgres.internal.publish;

import java.time.Duration;

/**
 * The functions that record notifications.
 *
 * @param function the qualified and quoted name of the one that sends them as well
 * @param recording that of the one that returns what is to be sent
 * @param patience how long it may wait for a partition
 */
public record LogAppend(String function, String recording, Duration patience) {

	/** Channels, texts, and which ones are recorded. */
	String call() {
		return this.function + "(?::text[], ?::text[], ?::boolean[], " + this.patience.toMillis() + ")";
	}

	/** Texts, and which ones are recorded. */
	String recordingCall() {
		return this.recording + "(?::text[], ?::boolean[], " + this.patience.toMillis() + ")";
	}

}
