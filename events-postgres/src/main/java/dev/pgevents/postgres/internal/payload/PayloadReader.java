package dev.pgevents.postgres.internal.payload;

import java.io.IOException;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import dev.pgevents.PayloadConversionException;
import dev.pgevents.postgres.internal.wire.JsonFailure;
import org.jspecify.annotations.Nullable;

/**
 * Reads payloads: those of a type with readers that are kept, which have looked up its
 * deserializer already. Thread-safe.
 *
 * @param <P> the parser
 * @param <R> the reader
 * @since 0.1
 */
public final class PayloadReader<P, R> {

	private final JacksonReading<P, R> jackson;

	/** For the own mapper, of which it is known how its parsers behave. */
	private final @Nullable KeptParsers<P, R> parsers;

	private final Map<Type, Readers<R>> readers = new ConcurrentHashMap<>();

	/**
	 * Creates a reader of payloads.
	 * @param jackson the mapper
	 * @param own whether it is the library's own
	 */
	public PayloadReader(JacksonReading<P, R> jackson, boolean own) {
		this.jackson = jackson;
		this.parsers = own ? new KeptParsers<>(jackson) : null;
	}

	/**
	 * Reads a payload.
	 * @param <T> what the caller expects
	 * @param json the payload
	 * @param type its type
	 * @return the value
	 * @throws PayloadConversionException if it cannot be read
	 */
	@SuppressWarnings("unchecked")
	public <T> @Nullable T read(String json, Type type) {
		Readers<R> known = this.readers.get(type);
		Readers<R> reading = (known != null) ? known : this.readers.computeIfAbsent(type, this::readers);
		Object value = (this.parsers != null) ? this.parsers.read(json, reading.kept()) : null;
		return (T) ((value != null) ? value : readAlone(json, type, reading.alone()));
	}

	private @Nullable Object readAlone(String json, Type type, R reader) {
		try {
			return this.jackson.read(reader, json);
		}
		catch (IOException | RuntimeException | StackOverflowError ex) {
			throw PayloadConversionException.unreadable(json, type, JsonFailure.of(ex));
		}
	}

	private Readers<R> readers(Type type) {
		R alone = this.jackson.reader(type);
		return new Readers<>(alone, this.jackson.endingWithItsValue(alone));
	}

	/**
	 * Read values of a type.
	 *
	 * @param alone with a parser for each
	 * @param kept with parsers that are kept
	 */
	private record Readers<R>(R alone, R kept) {

	}

}
