/**
 * From a bus to its handlers: an index finds the subscriptions of an event, each has a
 * bounded buffer, and workers take from the buffers and call the handlers. Public for
 * those who write a bus; users of the library have no need of it.
 */
@NullMarked
package dev.pgevents.internal.dispatch;

import org.jspecify.annotations.NullMarked;
