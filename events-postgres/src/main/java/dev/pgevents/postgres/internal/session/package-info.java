/**
 * A connection of the bus's own: opened with the settings the bus needs, over a socket it
 * can wake, closed from any thread. Public for the packages of the bus only.
 */
@NullMarked
package dev.pgevents.postgres.internal.session;

import org.jspecify.annotations.NullMarked;
