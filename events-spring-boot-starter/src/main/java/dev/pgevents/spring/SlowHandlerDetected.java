package dev.pgevents.spring;

import java.time.Duration;

import dev.pgevents.Delivery;

/**
 * Published as an application event, once for each handler that runs longer than
 * {@code events.listener.slow-handler-threshold}, while it still runs. Listeners are
 * called as those of {@link ConnectionStateChanged} are.
 *
 * @param subscription the name of the subscription whose handler it is
 * @param delivery what it was given
 * @param runningFor for how long it has been running
 * @since 0.1
 */
public record SlowHandlerDetected(String subscription, Delivery delivery, Duration runningFor) {

}
