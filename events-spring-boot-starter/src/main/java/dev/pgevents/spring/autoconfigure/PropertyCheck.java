package dev.pgevents.spring.autoconfigure;

import dev.pgevents.spring.EventsConfigurationException;

/**
 * Remembers which property's value is being used, and names it where the value is
 * refused. Used by one thread.
 *
 * <p>
 * A start uses dozens of values: this needs no lambda for each, of which the JVM makes a
 * class.
 */
final class PropertyCheck {

	private String property = "events";

	/**
	 * Says whose value is used next.
	 * @param property the property's name
	 */
	void next(String property) {
		this.property = property;
	}

	/**
	 * Names the property whose value was refused.
	 * @param refusal says why
	 * @return what to throw
	 */
	EventsConfigurationException refused(IllegalArgumentException refusal) {
		return new EventsConfigurationException(
				"The value of " + this.property + " cannot work: " + refusal.getMessage(),
				"Change " + this.property + ".", refusal);
	}

}
