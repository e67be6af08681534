package dev.pgevents.internal.group;

import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Backoff;
import dev.pgevents.internal.dispatch.Dispatcher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the groups of a bus share.
 *
 * @param busName begins log lines
 * @param store keeps the log, the cursors and the held events
 * @param settings how groups work
 * @param dispatcher calls handlers
 * @param executor runs what needs the store; does not bound its threads
 * @param timer for what is to be done later, which it only starts
 * @param backoff how long to wait while the store cannot be reached
 * @param clock gives the time of gaps
 * @param lookSoon asks for a look, before long, whether owners of partitions are gone
 */
record GroupContext(String busName, GroupStore store, GroupSettings settings, Dispatcher dispatcher, Executor executor,
		ScheduledExecutorService timer, Backoff backoff, Clock clock, Runnable lookSoon) {

	private static final Logger logger = LoggerFactory.getLogger(GroupContext.class);

	/**
	 * Does something later, unless the groups are closed before.
	 * @param delay after what time
	 * @param action does not take long
	 */
	void later(Duration delay, Runnable action) {
		try {
			this.timer.schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("{}: the groups are closed", this.busName, ex);
		}
	}

}
