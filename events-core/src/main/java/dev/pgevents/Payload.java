package dev.pgevents;

import java.lang.invoke.MethodType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.util.Objects;

import org.jspecify.annotations.Nullable;

/**
 * What an event carries: a value not yet encoded, or JSON not yet decoded. Decoding
 * happens in the thread that asks for the value, each time it asks, so that a handler may
 * change what it got. Thread-safe as far as the value is.
 *
 * @since 0.1
 */
public final class Payload {

	private static final Payload EMPTY = new Payload(null, null, null);

	private final @Nullable Object value;

	private final @Nullable String json;

	private final @Nullable PayloadCodec codec;

	private Payload(@Nullable Object value, @Nullable String json, @Nullable PayloadCodec codec) {
		this.value = value;
		this.json = json;
		this.codec = codec;
	}

	/**
	 * Returns a payload of a value that is not yet encoded.
	 * @param value the value, or null for none
	 * @return the payload
	 */
	public static Payload of(@Nullable Object value) {
		return (value != null) ? new Payload(value, null, null) : EMPTY;
	}

	/**
	 * Returns a payload of JSON that is not yet decoded.
	 * @param json one JSON value
	 * @param codec reads the JSON when a value is asked for
	 * @return the payload
	 */
	public static Payload ofJson(String json, PayloadCodec codec) {
		return new Payload(null, Objects.requireNonNull(json, "json"), Objects.requireNonNull(codec, "codec"));
	}

	/**
	 * Returns a payload of JSON to be published as it is, where a {@code String} would be
	 * published as a JSON string.
	 * @param json one JSON value; checked when it is published
	 * @return the payload
	 */
	public static Payload ofJson(String json) {
		return ofJson(json, UnreadCodec.INSTANCE);
	}

	/**
	 * Returns the payload as a value of the given class. A {@code String} is the text
	 * where the payload is one, and the JSON where it is an object or an array.
	 * @param <T> the wanted type
	 * @param type the wanted class
	 * @return the value, or null where the payload is empty
	 * @throws PayloadConversionException if the payload does not fit; names the class and
	 * the JSON, shortened
	 */
	public <T> @Nullable T as(Class<T> type) {
		return as((Type) type);
	}

	/**
	 * Returns the payload as a value of the given type, which may be generic.
	 * @param <T> the wanted type
	 * @param type the wanted type
	 * @return the value, or null where the payload is empty and the codec has nothing
	 * else to say for it ({@code Optional}, for example, becomes an empty one)
	 * @throws PayloadConversionException if the payload does not fit; names the type and
	 * the JSON, shortened
	 */
	public <T> @Nullable T as(Type type) {
		if (this.codec != null && this.json != null) {
			return decode(this.json, this.codec, type);
		}
		return cast(type);
	}

	@SuppressWarnings("unchecked")
	private static <T> @Nullable T decode(String json, PayloadCodec codec, Type type) {
		if (type == String.class && isObjectOrArray(json)) {
			return (T) json;
		}
		try {
			return codec.fromJson(json, type);
		}
		catch (PayloadConversionException ex) {
			throw ex;
		}
		catch (RuntimeException ex) {
			throw PayloadConversionException.unreadable(json, type, ex);
		}
	}

	private static boolean isObjectOrArray(String json) {
		String stripped = json.stripLeading();
		return stripped.startsWith("{") || stripped.startsWith("[");
	}

	/**
	 * Returns whether there is nothing: no value, or JSON {@code null}.
	 * @return whether the payload is empty
	 */
	public boolean isEmpty() {
		return (this.json != null) ? this.json.isBlank() || this.json.strip().equals("null") : this.value == null;
	}

	/**
	 * Returns whether the payload is JSON already, so that {@link #toJson} needs no
	 * codec.
	 * @return whether it was made from JSON
	 */
	public boolean isJson() {
		return this.json != null;
	}

	/**
	 * Returns the payload as JSON: as it was received, or written by the codec.
	 * @param codec writes the value where the payload is not JSON yet
	 * @return one JSON value
	 * @throws PayloadConversionException if the value cannot be written
	 */
	public String toJson(PayloadCodec codec) {
		return (this.json != null) ? this.json : codec.toJson(this.value);
	}

	@SuppressWarnings("unchecked")
	private <T> @Nullable T cast(Type type) {
		if (this.value == null || rawClass(type).isInstance(this.value)) {
			return (T) this.value;
		}
		throw new PayloadConversionException("payload of class " + this.value.getClass().getName() + " is not a "
				+ type.getTypeName() + ": ask for that class, or give the bus a codec that converts");
	}

	private static Class<?> rawClass(Type type) {
		if (type instanceof Class<?> plain) {
			return MethodType.methodType(plain).wrap().returnType();
		}
		if (type instanceof ParameterizedType parameterized) {
			return (Class<?>) parameterized.getRawType();
		}
		return Object.class;
	}

	/**
	 * Says what kind of payload it is, never what it holds.
	 */
	@Override
	public String toString() {
		if (this.json != null) {
			return "Payload[JSON of " + this.json.length() + " characters]";
		}
		return (this.value != null) ? "Payload[" + this.value.getClass().getName() + "]" : "Payload[empty]";
	}

}
