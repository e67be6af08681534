package dev.pgevents.postgres;

import java.io.IOException;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.pgevents.PayloadCodec;
import dev.pgevents.PayloadConversionException;
import dev.pgevents.internal.util.Lazy;
import dev.pgevents.postgres.internal.payload.Jackson2Parsers;
import dev.pgevents.postgres.internal.payload.Jackson2Types;
import dev.pgevents.postgres.internal.payload.PayloadMapper;
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

		/** For the own mapper, of which it is known how its parsers behave. */
		private final @Nullable Jackson2Parsers parsers;

		private final Map<Type, Readers> readers = new ConcurrentHashMap<>();

		MapperCodec(ObjectMapper mapper, boolean own) {
			this.mapper = mapper;
			this.readable = new Jackson2Types(mapper, own);
			this.parsers = own ? new Jackson2Parsers(mapper) : null;
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
			Readers known = this.readers.get(type);
			Readers reading = (known != null) ? known : this.readers.computeIfAbsent(type, this::readers);
			T value = (this.parsers != null) ? this.parsers.read(json, reading.kept()) : null;
			if (value != null) {
				return value;
			}
			try {
				return reading.usual().readValue(json);
			}
			catch (IOException | RuntimeException | StackOverflowError ex) {
				throw PayloadConversionException.unreadable(json, type, JsonFailure.of(ex));
			}
		}

		@Override
		public void checkReadable(Type type) {
			this.readable.checkReadable(type);
		}

		private Readers readers(Type type) {
			ObjectReader reader = this.mapper.readerFor(this.mapper.constructType(type));
			return new Readers(reader, reader.without(DeserializationFeature.FAIL_ON_TRAILING_TOKENS));
		}

	}

	/**
	 * Reads values of a type; each has looked up its deserializer already.
	 *
	 * @param usual with a parser for each
	 * @param kept with parsers that are kept
	 */
	private record Readers(ObjectReader usual, ObjectReader kept) {

	}

}
