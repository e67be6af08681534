package dev.pgevents.internal.dispatch;

import dev.pgevents.EventStream;

/**
 * A stream as the bus sees it.
 *
 * @since 0.1
 */
public interface BusEventStream extends BusSubscription, EventStream {

}
