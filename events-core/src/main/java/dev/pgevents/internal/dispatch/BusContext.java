package dev.pgevents.internal.dispatch;

import java.time.Clock;
import java.util.concurrent.Executor;

/**
 * What a subscription has of its bus.
 *
 * @param busName begins log lines
 * @param stages runs what hangs on {@code ready()}, which may take any time
 * @param clock gives the time of gaps
 * @param instanceId what events are marked with that the bus itself has published
 * @param watch is told when there is something to watch
 */
record BusContext(String busName, Executor stages, Clock clock, String instanceId, Watch watch) {

	/** Looks at handlers while there is something to see. */
	@FunctionalInterface
	interface Watch {

		/** For subscriptions that nobody looks at. */
		Watch NONE = () -> {
		};

		/**
		 * A worker has something in hand, or there was no thread for one. For any thread;
		 * costs next to nothing where the watch is under way.
		 */
		void begin();

	}

}
