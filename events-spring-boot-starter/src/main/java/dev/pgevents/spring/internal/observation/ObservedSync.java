package dev.pgevents.spring.internal.observation;

import java.util.Locale;

import dev.pgevents.SyncTask;
import dev.pgevents.SyncTrigger;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;

/**
 * Observes each run of a synchronizing method.
 *
 * @param method its id
 * @param task what runs
 * @param registry observes it
 */
record ObservedSync(String method, SyncTask task, ObservationRegistry registry) implements SyncTask {

	@Override
	public void sync(SyncTrigger trigger) throws Exception {
		FailedCall.forget();
		if (this.registry.isNoop()) {
			this.task.sync(trigger);
			return;
		}
		Observation observation = Observation.createNotStarted("events.sync", this.registry)
			.contextualName("sync " + this.method)
			.lowCardinalityKeyValue("sync", this.method)
			.lowCardinalityKeyValue("cause", trigger.cause().name().toLowerCase(Locale.ROOT))
			.start();
		try {
			observation.scopedChecked(() -> this.task.sync(trigger));
		}
		catch (Throwable ex) {
			FailedCall.leave(observation, ex); // which ends once that was reported
			throw ex;
		}
		observation.stop();
	}

}
