package dev.pgevents.spring.internal.observation;

import io.micrometer.observation.Observation;
import org.jspecify.annotations.Nullable;

/**
 * The observation of a call that has failed, kept on its thread until the failure is
 * reported, which the bus does right after the call.
 *
 * @param observation not ended yet
 * @param error what the handler threw
 */
record FailedCall(Observation observation, Throwable error) {

	private static final ThreadLocal<FailedCall> LAST = new ThreadLocal<>();

	/** Reports a failure within the observation of its call, which ends with that. */
	static void report(Throwable error, Runnable report) {
		FailedCall call = take(error);
		if (call == null) {
			report.run();
			return;
		}
		try {
			call.observation().scoped(report);
		}
		finally {
			call.observation().stop();
		}
	}

	static void leave(Observation observation, Throwable error) {
		forget();
		LAST.set(new FailedCall(observation, error));
	}

	/** Takes up the call that failed so, if it was left. */
	static @Nullable FailedCall take(Throwable error) {
		FailedCall last = LAST.get();
		if (last == null || last.error != error) {
			return null;
		}
		LAST.remove();
		return last;
	}

	/** Ends one that was not taken up: the caller of the handler kept the failure. */
	static void forget() {
		FailedCall last = LAST.get();
		if (last != null) {
			LAST.remove();
			last.observation.stop();
		}
	}

}
