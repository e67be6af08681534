package dev.pgevents.spring;

/**
 * Whether events of a payload class are recorded in the event log, for handlers that
 * belong to a group.
 *
 * @since 0.1
 */
public enum Durability {

	/** As {@code events.log.types} says of their type. */
	AS_CONFIGURED,

	/** They are, wherever there is an event log. */
	ALWAYS,

	/** They are not: no group gets them. */
	NEVER

}
