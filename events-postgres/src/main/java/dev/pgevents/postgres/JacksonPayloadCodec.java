package dev.pgevents.postgres;

import java.io.IOException;
import java.lang.reflect.Type;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import dev.pgevents.PayloadCodec;
import dev.pgevents.PayloadConversionException;
import dev.pgevents.internal.log.LogText;
import dev.pgevents.postgres.internal.wire.JsonFailure;
import dev.pgevents.postgres.internal.wire.NotificationEncoder;
import org.jspecify.annotations.Nullable;

/**
 * Payloads as JSON, written and read by Jackson. Unless given a mapper, it writes ISO
 * dates, knows {@code java.time} and {@code Optional}, skips fields it does not know, and
 * makes no objects of classes that the sender names, not even where an annotation of a
 * payload class asks for it ({@code JsonTypeInfo.Id.CLASS}; names that the annotation
 * itself maps to classes work). Thread-safe.
 *
 * @since 0.1
 */
public final class JacksonPayloadCodec implements PayloadCodec {

	private final ObjectMapper mapper;

	/** Each has looked up its deserializer already. */
	private final Map<Type, ObjectReader> readers = new ConcurrentHashMap<>();

	/**
	 * With the default mapper.
	 */
	public JacksonPayloadCodec() {
		this(JsonMapper.builder(factory())
			.addModule(new JavaTimeModule())
			.addModule(new Jdk8Module())
			.disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
			.disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
			.disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
			.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
			.disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
			.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
			.polymorphicTypeValidator(BasicPolymorphicTypeValidator.builder().build())
			.build());
	}

	/**
	 * Names come from anybody: they are not kept for the life of the JVM, and chosen ones
	 * cannot fill Jackson's table of names so that others are refused. Numbers may be as
	 * long as a notification, where Jackson stops at 1000 digits.
	 */
	private static JsonFactory factory() {
		return JsonFactory.builder()
			.disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
			.disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
			.streamReadConstraints(
					StreamReadConstraints.builder().maxNumberLength(NotificationEncoder.MAX_BYTES).build())
			.build();
	}

	/**
	 * With a mapper of the application's.
	 * @param mapper reads and writes payloads; must not change afterwards
	 */
	public JacksonPayloadCodec(ObjectMapper mapper) {
		this.mapper = mapper;
	}

	@Override
	public String toJson(@Nullable Object value) {
		try {
			return this.mapper.writeValueAsString(value);
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

	private ObjectReader reader(Type type) {
		ObjectReader known = this.readers.get(type);
		return (known != null) ? known
				: this.readers.computeIfAbsent(type, (key) -> this.mapper.readerFor(this.mapper.constructType(key)));
	}

}
