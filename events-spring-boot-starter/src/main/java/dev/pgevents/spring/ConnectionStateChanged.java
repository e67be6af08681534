package dev.pgevents.spring;

import dev.pgevents.postgres.ConnectionState;

/**
 * Published as an application event when the state of the listening connection changes,
 * in order, once the application's beans are there. Listeners are called on a thread of
 * their own, one event after the other: one that blocks delays those that follow, and
 * nothing of the bus.
 *
 * @param previous the state before
 * @param current the state now
 * @since 0.1
 */
public record ConnectionStateChanged(ConnectionState previous, ConnectionState current) {

}
