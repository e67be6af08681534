package dev.pgevents.spring.autoconfigure;

import dev.pgevents.spring.EventsConfigurationException;

/**
 * Names the property whose value was refused.
 */
final class PropertyCheck {

	private PropertyCheck() {
	}

	/**
	 * Uses a property's value.
	 * @param property the property's name
	 * @param use uses the value
	 * @throws EventsConfigurationException if the value is refused
	 */
	static void of(String property, Runnable use) {
		try {
			use.run();
		}
		catch (IllegalArgumentException ex) {
			throw new EventsConfigurationException("The value of " + property + " cannot work: " + ex.getMessage(),
					"Change " + property + ".", ex);
		}
	}

}
