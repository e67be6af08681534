/**
 * The socket under the bus's connections. PostgreSQL's JDBC driver asks
 * {@link dev.pgevents.postgres.internal.socket.WakeableSocketFactory} for it, by name;
 * nothing else outside the library has a reason to look in here.
 *
 * <p>
 * With the driver's own socket every call of {@code getNotifications} peeks for one
 * millisecond after each notification, does not return while notifications keep coming,
 * and cannot be woken. {@link dev.pgevents.postgres.internal.socket.WakeableSocket}
 * answers the peek at once, ends a batch after a bound, and can be woken.
 */
@NullMarked
package dev.pgevents.postgres.internal.socket;

import org.jspecify.annotations.NullMarked;
