package dev.pgevents.postgres;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import dev.pgevents.PayloadCodec;
import dev.pgevents.PayloadConversionException;
import dev.pgevents.internal.log.LogText;
import dev.pgevents.internal.util.Lazy;
import dev.pgevents.postgres.internal.payload.IgnoredAnnotations;
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
	private final Supplier<Mapping> mapping;

	/** Each has looked up its deserializer already. */
	private final Map<Type, ObjectReader> readers = new ConcurrentHashMap<>();

	/** Classes of published payloads that were checked. */
	private final Set<Class<?>> readableAgain = ConcurrentHashMap.newKeySet();

	private final IgnoredAnnotations ignored = new IgnoredAnnotations("tools.jackson.databind.annotation",
			"payloads are written by Jackson 2, use those of com.fasterxml.jackson");

	/**
	 * With the default mapper.
	 */
	public JacksonPayloadCodec() {
		this(new Lazy<>(() -> Mapping.of(PayloadMapper.create(), true)));
	}

	/**
	 * With a mapper of the application's.
	 * @param mapper reads and writes payloads; must not change afterwards
	 */
	public JacksonPayloadCodec(ObjectMapper mapper) {
		this(new Lazy<>(() -> Mapping.of(mapper, false)));
	}

	private JacksonPayloadCodec(Supplier<Mapping> mapping) {
		this.mapping = mapping;
	}

	@Override
	public String toJson(@Nullable Object value) {
		if (value != null) {
			checkReadableAgain(value.getClass());
		}
		try {
			return mapper().writeValueAsString(value);
		}
		catch (JsonProcessingException ex) {
			throw new PayloadConversionException("payload of class "
					+ ((value != null) ? value.getClass().getName() : "null") + " cannot be written as JSON: "
					+ LogText.of(String.valueOf(ex.getOriginalMessage()), LogText.MESSAGE), JsonFailure.of(ex));
		}
	}

	@Override
	public <T> @Nullable T fromJson(String json, Type type) {
		try {
			return reader(type).readValue(json);
		}
		catch (IOException | RuntimeException ex) {
			throw PayloadConversionException.unreadable(json, type, JsonFailure.of(ex));
		}
	}

	@Override
	public void checkReadable(Type type) {
		this.ignored.warn(mapper().constructType(type).getRawClass());
		String problem = problem(type);
		if (problem != null) {
			throw new PayloadConversionException("nothing can be read as " + type.getTypeName() + ": " + problem);
		}
	}

	/** Fails early: what cannot be read would fail at each event, in another process. */
	private void checkReadableAgain(Class<?> type) {
		if (this.readableAgain.contains(type)) {
			return;
		}
		this.ignored.warn(type);
		String problem = isNameable(type) && this.mapping.get().readable().isWrittenByProperties(type) ? problem(type)
				: null;
		if (problem != null) {
			throw new PayloadConversionException("payload of class " + type.getName()
					+ " is not published, since no handler could read it again: " + problem);
		}
		this.readableAgain.add(type);
	}

	/** Whether a handler could declare it. */
	private static boolean isNameable(Class<?> type) {
		return !type.isAnonymousClass() && !type.isHidden() && !Proxy.isProxyClass(type);
	}

	private @Nullable String problem(Type type) {
		return this.mapping.get().readable().problem(mapper().constructType(type));
	}

	private ObjectReader reader(Type type) {
		ObjectReader known = this.readers.get(type);
		return (known != null) ? known
				: this.readers.computeIfAbsent(type, (key) -> mapper().readerFor(mapper().constructType(key)));
	}

	private ObjectMapper mapper() {
		return this.mapping.get().mapper();
	}

	/** A mapper, and what it can read. */
	private record Mapping(ObjectMapper mapper, ReadableTypes readable) {

		static Mapping of(ObjectMapper mapper, boolean own) {
			return new Mapping(mapper, new ReadableTypes(mapper, own));
		}

	}

}
