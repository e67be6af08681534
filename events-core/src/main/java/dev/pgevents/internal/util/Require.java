package dev.pgevents.internal.util;

import java.time.Duration;

/**
 * Checks of what users set. The messages name the setting, its value and the limit.
 *
 * @since 0.1
 */
public final class Require {

	private Require() {
	}

	/**
	 * A time that is more than none.
	 * @param name what it is called where it is set
	 * @param value the time
	 * @return the time
	 * @throws IllegalArgumentException if it is not positive
	 */
	public static Duration positive(String name, Duration value) {
		if (value.isNegative() || value.isZero()) {
			throw new IllegalArgumentException(name + " is " + value + ", it must be positive");
		}
		return value;
	}

	/**
	 * A number of at least one.
	 * @param name what it is called where it is set
	 * @param value the number
	 * @return the number
	 * @throws IllegalArgumentException if it is less than 1
	 */
	public static int positive(String name, int value) {
		if (value < 1) {
			throw new IllegalArgumentException(name + " is " + value + ", it must be at least 1");
		}
		return value;
	}

}
