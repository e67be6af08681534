package dev.pgevents.spring.autoconfigure;

import java.util.function.Supplier;

import dev.pgevents.spring.EventsConfigurationException;
import org.jspecify.annotations.Nullable;

/**
 * Names the property whose value was refused.
 */
final class PropertyCheck {

	private PropertyCheck() {
	}

	/**
	 * Uses a property's value.
	 * @param <T> what becomes of it
	 * @param property the property's name
	 * @param use uses the value
	 * @return what became of it
	 * @throws EventsConfigurationException if the value is refused
	 */
	static <T extends @Nullable Object> T of(String property, Supplier<T> use) {
		try {
			return use.get();
		}
		catch (IllegalArgumentException ex) {
			throw new EventsConfigurationException("The value of " + property + " cannot work: " + ex.getMessage(),
					"Change " + property + ".", ex);
		}
	}

}
