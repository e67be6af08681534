package dev.pgevents.postgres;

import java.lang.reflect.Type;
import java.util.function.Supplier;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.pgevents.PayloadCodec;
import dev.pgevents.internal.util.Lazy;
import dev.pgevents.postgres.internal.payload.Jackson2Reading;
import dev.pgevents.postgres.internal.payload.Jackson2Types;
import dev.pgevents.postgres.internal.payload.PayloadMapper;
import dev.pgevents.postgres.internal.payload.PayloadReader;
import dev.pgevents.postgres.internal.payload.ReadableTypes;
import dev.pgevents.postgres.internal.wire.JsonFailure;
import org.jspecify.annotations.Nullable;

/**
 * Payloads as JSON, written and read by Jackson. Unless given a mapper, it writes ISO
 * dates, knows {@code java.time} and {@code Optional}, skips fields it does not know, and
 * makes no objects of classes that the sender names, not even where an annotation of a
 * payload class asks for it ({@code JsonTypeInfo.Id.CLASS}; names that the annotation
 * itself maps to classes work). Payloads that it could write and not read again, a class
 * without a usable constructor say, are not published. Thread-safe.
 *
 * @since 0.1
 */
public final class JacksonPayloadCodec implements PayloadCodec {

	/** Made when it is needed: that loads some hundreds of classes. */
	private final Supplier<PayloadCodec> codec;

	/**
	 * With the default mapper.
	 */
	public JacksonPayloadCodec() {
		this.codec = new Lazy<>(() -> new MapperCodec(PayloadMapper.create(), true));
	}

	/**
	 * With a mapper of the application's.
	 * @param mapper reads and writes payloads; must not change afterwards
	 */
	public JacksonPayloadCodec(ObjectMapper mapper) {
		this.codec = new Lazy<>(() -> new MapperCodec(mapper, false));
	}

	@Override
	public String toJson(@Nullable Object value) {
		return this.codec.get().toJson(value);
	}

	@Override
	public <T> @Nullable T fromJson(String json, Type type) {
		return this.codec.get().fromJson(json, type);
	}

	@Override
	public void checkReadable(Type type) {
		this.codec.get().checkReadable(type);
	}

	/**
	 * Knows Jackson's classes, so that the class around it can be loaded without them.
	 */
	private static final class MapperCodec implements PayloadCodec {

		private final ObjectMapper mapper;

		private final ReadableTypes readable;

		private final PayloadReader<JsonParser, ObjectReader> reader;

		MapperCodec(ObjectMapper mapper, boolean own) {
			this.mapper = mapper;
			this.readable = new Jackson2Types(mapper, own);
			this.reader = new PayloadReader<>(new Jackson2Reading(mapper), own);
		}

		@Override
		public String toJson(@Nullable Object value) {
			if (value != null) {
				this.readable.checkReadableAgain(value.getClass());
			}
			try {
				return this.mapper.writeValueAsString(value);
			}
			catch (JsonProcessingException ex) {
				throw ReadableTypes.unwritable(value, ex.getOriginalMessage(), JsonFailure.of(ex));
			}
		}

		@Override
		public <T> @Nullable T fromJson(String json, Type type) {
			return this.reader.read(json, type);
		}

		@Override
		public void checkReadable(Type type) {
			this.readable.checkReadable(type);
		}

	}

}
