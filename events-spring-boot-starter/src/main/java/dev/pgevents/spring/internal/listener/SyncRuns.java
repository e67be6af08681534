package dev.pgevents.spring.internal.listener;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;

import dev.pgevents.SyncTask;
import dev.pgevents.SyncTrigger;
import dev.pgevents.spring.SyncRun;
import dev.pgevents.spring.SyncRunListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls listeners for the runs of a task.
 *
 * @param id the task's
 * @param task what runs
 * @param listeners are called; asked for at the first run, when all beans are there
 */
record SyncRuns(String id, SyncTask task, Supplier<List<SyncRunListener>> listeners) implements SyncTask {

	private static final Logger logger = LoggerFactory.getLogger(SyncRuns.class);

	@Override
	public void sync(SyncTrigger trigger) throws Exception {
		Instant started = Instant.now();
		long start = System.nanoTime();
		Throwable failure = null;
		try {
			this.task.sync(trigger);
		}
		catch (Exception | Error ex) {
			failure = ex;
			throw ex;
		}
		finally {
			inform(new SyncRun(this.id, trigger, started, Duration.ofNanos(System.nanoTime() - start), failure));
		}
	}

	private void inform(SyncRun run) {
		for (SyncRunListener listener : this.listeners.get()) {
			inform(listener, run);
		}
	}

	private static void inform(SyncRunListener listener, SyncRun run) {
		try {
			listener.onRun(run);
		}
		catch (RuntimeException | Error ex) {
			logger.error("a listener of sync runs failed with one of {}", run.id(), ex);
		}
	}

}
