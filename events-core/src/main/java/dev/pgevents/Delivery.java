package dev.pgevents;

/**
 * What a subscription is given, in order: an {@link Event}, or a {@link Gap} where events
 * may be missing.
 *
 * @since 0.1
 */
public sealed interface Delivery permits Event, Gap {

}
