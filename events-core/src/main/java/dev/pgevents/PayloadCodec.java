package dev.pgevents;

import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;

/**
 * Turns payload values into JSON and back. Implementations are thread-safe.
 *
 * @since 0.1
 */
public interface PayloadCodec {

	/**
	 * Writes a value.
	 * @param value the value, or null
	 * @return one JSON value; {@code null} as text for null
	 * @throws PayloadConversionException if the value cannot be written
	 */
	String toJson(@Nullable Object value);

	/**
	 * Reads a value.
	 * @param <T> the wanted type
	 * @param json one JSON value
	 * @param type the wanted type
	 * @return the value, or null where the JSON says null
	 * @throws PayloadConversionException if the JSON does not fit the type
	 */
	<T> @Nullable T fromJson(String json, Type type);

}
