package dev.pgevents.internal.group;

import java.time.Clock;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;

import dev.pgevents.Backoff;
import dev.pgevents.internal.dispatch.Dispatcher;

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

}
