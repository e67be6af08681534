package dev.pgevents.spring.internal.listener;

import dev.pgevents.EventType;

/**
 * A payload class and the event type it stands for.
 *
 * @param type the event type
 * @param payloadClass the class
 */
record RegisteredPayload(EventType type, Class<?> payloadClass) {

}
