package dev.pgevents;

import java.util.Objects;
import java.util.Set;

import dev.pgevents.internal.log.LogText;

/**
 * Why a {@link SyncTask} runs.
 *
 * @param cause the most telling of the reasons that came together
 * @param events how many events this run answers, 0 where none did
 * @param appIds the applications those events named; empty means all, as does any cause
 * but {@link Cause#EVENT}
 * @since 0.1
 */
public record SyncTrigger(Cause cause, long events, Set<String> appIds) {

	/**
	 * Copies the parts.
	 */
	public SyncTrigger {
		Objects.requireNonNull(cause, "cause");
		appIds = Set.copyOf(appIds);
	}

	/**
	 * Returns all parts in one line; app ids, which any client may send, are escaped and
	 * shortened.
	 */
	@Override
	public String toString() {
		return "SyncTrigger[" + this.cause + " events=" + this.events + " apps="
				+ LogText.of(this.appIds.toString(), LogText.MESSAGE) + "]";
	}

	/** Why a task runs. Where several come together, the first in this order counts. */
	public enum Cause {

		/** The loop has just started: the cause of its first run. */
		STARTUP,

		/** Events may have been missed. */
		GAP,

		/** The run before failed. */
		RETRY,

		/** Events arrived. */
		EVENT,

		/** Nothing happened for an interval. */
		INTERVAL

	}

}
