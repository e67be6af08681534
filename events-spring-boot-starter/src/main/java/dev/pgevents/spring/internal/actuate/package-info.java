/**
 * What operators see: the health of the listening connection, an endpoint that shows the
 * bus from its subscriptions to the server's queue, and meters named {@code events.*}.
 */
@NullMarked
package dev.pgevents.spring.internal.actuate;

import org.jspecify.annotations.NullMarked;
