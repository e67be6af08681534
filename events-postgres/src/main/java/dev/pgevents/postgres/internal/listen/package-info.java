/**
 * Listening: {@link dev.pgevents.postgres.internal.listen.Listener} keeps one session
 * open for ever. One thread at a time reads it, routes and enqueues what has arrived;
 * before it runs a handler that was idle, it has another thread take its place. Public
 * for the bus only.
 */
@NullMarked
package dev.pgevents.postgres.internal.listen;

import org.jspecify.annotations.NullMarked;
