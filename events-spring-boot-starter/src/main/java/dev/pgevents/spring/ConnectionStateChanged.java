package dev.pgevents.spring;

import dev.pgevents.postgres.ConnectionState;

/**
 * Published as an application event when the state of the listening connection changes,
 * in order, once the application's beans are there.
 *
 * @param previous the state before
 * @param current the state now
 * @since 0.1
 */
public record ConnectionStateChanged(ConnectionState previous, ConnectionState current) {

}
