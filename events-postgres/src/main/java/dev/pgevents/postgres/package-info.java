/**
 * The event bus over PostgreSQL LISTEN/NOTIFY.
 * {@link dev.pgevents.postgres.PostgresEventBus} is the way in; it is given a
 * {@link dev.pgevents.postgres.ConnectionSource}, and a
 * {@link dev.pgevents.postgres.ChannelStrategy} where one channel is not enough. Its
 * {@link dev.pgevents.postgres.ConnectionState} says whether events are arriving.
 *
 * <p>
 * A bus holds two connections of its own: one listens, one publishes for all threads
 * together. A notification goes from the socket through the listening session and the
 * reader to the subscriptions' buffers; handlers take it from there.
 */
@NullMarked
package dev.pgevents.postgres;

import org.jspecify.annotations.NullMarked;
