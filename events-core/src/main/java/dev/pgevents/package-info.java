/**
 * Domain events between services: publish an {@link dev.pgevents.Event} through a
 * {@link dev.pgevents.Publisher}, receive it through a {@link dev.pgevents.Subscriber},
 * and stay right in the face of loss with a {@link dev.pgevents.SyncLoop}. Everything a
 * user of the library names is in this package; the buses that implement
 * {@link dev.pgevents.EventBus} are elsewhere.
 *
 * <p>
 * Delivery is at most once, in order for each publishing thread, to every subscription
 * that was {@linkplain dev.pgevents.Subscription#ready() ready} when the event was
 * published. What may have been missed is given as a {@link dev.pgevents.Gap}, in order
 * with the events around it.
 */
@NullMarked
package dev.pgevents;

import org.jspecify.annotations.NullMarked;
