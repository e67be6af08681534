package dev.pgevents.console;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;

import dev.pgevents.SyncTrigger;
import dev.pgevents.spring.SyncRun;
import org.jspecify.annotations.Nullable;

/**
 * What the synchronizing methods have done: one entry for each. Thread-safe.
 */
final class SyncLog {

	private final Map<String, View> last = new ConcurrentSkipListMap<>();

	void ran(SyncRun run) {
		this.last.merge(run.id(), View.of(run), View::then);
	}

	List<View> view() {
		return new ArrayList<>(this.last.values());
	}

	/**
	 * A synchronizing method as the page shows it.
	 *
	 * @param id its id
	 * @param runs how often it has run
	 * @param failed how often it has failed
	 * @param cause why it ran last
	 * @param at when it ran last
	 * @param ms for how many milliseconds
	 * @param problem what went wrong then, or null
	 */
	record View(String id, long runs, long failed, SyncTrigger.Cause cause, Instant at, double ms,
			@Nullable String problem) {

		static View of(SyncRun run) {
			Throwable failure = run.failure();
			return new View(run.id(), 1, (failure != null) ? 1 : 0, run.trigger().cause(), run.started(),
					run.took().toNanos() / 1e6, (failure != null) ? failure.getClass().getSimpleName() : null);
		}

		View then(View next) {
			return new View(next.id, this.runs + next.runs, this.failed + next.failed, next.cause, next.at, next.ms,
					next.problem);
		}

	}

}
