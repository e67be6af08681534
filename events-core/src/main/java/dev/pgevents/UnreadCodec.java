package dev.pgevents;

import java.lang.reflect.Type;

import org.jspecify.annotations.Nullable;

/**
 * The codec of payloads that are JSON and have not been through a bus.
 */
enum UnreadCodec implements PayloadCodec {

	/** The only one. */
	INSTANCE;

	@Override
	public String toJson(@Nullable Object value) {
		throw new PayloadConversionException("a payload of JSON writes no other values");
	}

	@Override
	public <T> @Nullable T fromJson(String json, Type type) {
		throw new PayloadConversionException("payload is JSON that has not been published yet, and cannot be read as "
				+ type.getTypeName() + ": give Payload.ofJson a codec to read it with");
	}

}
