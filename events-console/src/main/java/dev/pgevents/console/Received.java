package dev.pgevents.console;

import java.time.Duration;

import dev.pgevents.Event;

/**
 * An event that the console has received.
 *
 * @param event the event
 * @param latency how long it took, at least nothing: clocks of two machines differ
 */
record Received(Event event, Duration latency) {

}
