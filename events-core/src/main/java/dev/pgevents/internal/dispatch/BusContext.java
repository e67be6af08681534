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
 */
record BusContext(String busName, Executor stages, Clock clock, String instanceId) {

}
