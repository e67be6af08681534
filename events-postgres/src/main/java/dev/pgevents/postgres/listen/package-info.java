/**
 * Listening: {@link dev.pgevents.postgres.listen.Listener} keeps one session open for
 * ever and reads it on one thread, which does nothing but read, route and enqueue. Public
 * for the bus only.
 */
@NullMarked
package dev.pgevents.postgres.listen;

import org.jspecify.annotations.NullMarked;
