package dev.pgevents.internal.group;

import dev.pgevents.Event;

/**
 * A held event that is to be tried again.
 *
 * @param event the event, with its position
 * @param attempts how often it was tried
 */
public record HeldEvent(Event event, int attempts) {

}
