package dev.pgevents.postgres.internal.payload;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.Module;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.cfg.MapperBuilder;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import com.fasterxml.jackson.datatype.jdk8.Jdk8Module;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.fasterxml.jackson.module.paramnames.ParameterNamesModule;
import dev.pgevents.postgres.internal.wire.NotificationEncoder;

/**
 * The mapper that reads and writes payloads unless the application gives one of its own.
 *
 * @since 0.1
 */
public final class PayloadMapper {

	/** Of the application's modules only this one: others change what is on the wire. */
	private static final String KOTLIN = "com.fasterxml.jackson.module.kotlin.KotlinModule";

	private PayloadMapper() {
	}

	/**
	 * A new mapper.
	 * @return the mapper
	 */
	public static ObjectMapper create() {
		JsonMapper.Builder builder = JsonMapper.builder(factory())
			.annotationIntrospector(new DeclaredSubtypes()) // the modules add theirs to
															// it
			.addModule(new JavaTimeModule())
			.addModule(new Jdk8Module())
			.addModule(new ParameterNamesModule())
			.disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
			.disable(SerializationFeature.WRITE_DURATIONS_AS_TIMESTAMPS)
			.disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
			.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
			.disable(DeserializationFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
			.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
			.polymorphicTypeValidator(BasicPolymorphicTypeValidator.builder().build());
		for (Module module : MapperBuilder.findModules(PayloadMapper.class.getClassLoader())) {
			if (module.getClass().getName().equals(KOTLIN)) {
				builder.addModule(module);
			}
		}
		return builder.build();
	}

	/**
	 * Any client may send names: they are not kept for the life of the JVM, and chosen
	 * ones cannot fill Jackson's table of names so that others are refused. Numbers may
	 * be as long as a notification, where Jackson stops at 1000 digits.
	 */
	private static JsonFactory factory() {
		return JsonFactory.builder()
			.disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
			.disable(JsonFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
			.streamReadConstraints(
					StreamReadConstraints.builder().maxNumberLength(NotificationEncoder.MAX_BYTES).build())
			.build();
	}

}
