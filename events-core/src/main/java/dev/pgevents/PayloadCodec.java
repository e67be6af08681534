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

	/**
	 * Checks that there is JSON that can be read as a type. Asked once for each payload
	 * that a handler declares, so that one that cannot work is found before the first
	 * event. By default every type passes.
	 * @param type the wanted type
	 * @throws PayloadConversionException if nothing can be read as the type; says why
	 */
	default void checkReadable(Type type) {
	}

}
