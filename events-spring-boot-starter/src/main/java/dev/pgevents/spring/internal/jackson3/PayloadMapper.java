package dev.pgevents.spring.internal.jackson3;

import java.util.Collection;
import java.util.Set;
import java.util.stream.Collectors;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.pgevents.postgres.internal.wire.NotificationEncoder;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.TokenStreamFactory;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DatabindContext;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JacksonModule;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.MapperFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.BasicPolymorphicTypeValidator;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.jsontype.PolymorphicTypeValidator;
import tools.jackson.databind.jsontype.TypeDeserializer;
import tools.jackson.databind.jsontype.TypeResolverBuilder;
import tools.jackson.databind.jsontype.TypeResolverProvider;
import tools.jackson.databind.jsontype.impl.StdTypeResolverBuilder;

/**
 * The library's own mapper, in Jackson 3: on the wire the same as the one in Jackson 2,
 * since services agree by it.
 */
final class PayloadMapper extends JsonMapper.Builder {

	/** Of the application's modules only this one: others change what is on the wire. */
	private static final String KOTLIN = "tools.jackson.module.kotlin.KotlinModule";

	/** Jackson 3 stops at half of it. */
	private static final int JACKSON_2_DEPTH = 1000;

	private PayloadMapper() {
		super(factory());
		typeResolverProvider(new DeducingTypes());
	}

	static JsonMapper create() {
		JsonMapper.Builder builder = new PayloadMapper().configureForJackson2()
			.enable(MapperFeature.DETECT_PARAMETER_NAMES)
			.disable(DateTimeFeature.WRITE_DATES_AS_TIMESTAMPS, DateTimeFeature.WRITE_DURATIONS_AS_TIMESTAMPS,
					DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
			.disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
			.disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
			.enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
			.polymorphicTypeValidator(BasicPolymorphicTypeValidator.builder().build())
			.addModule(new SameOnTheWire());
		for (JacksonModule module : JsonMapper.Builder.findModules(PayloadMapper.class.getClassLoader())) {
			if (module.getClass().getName().equals(KOTLIN)) {
				builder.addModule(module);
			}
		}
		return builder.build();
	}

	/** As that of Jackson 2: nothing that a sender chooses is kept or refused. */
	private static JsonFactory factory() {
		return JsonFactory.builder()
			.disable(TokenStreamFactory.Feature.INTERN_PROPERTY_NAMES)
			.disable(TokenStreamFactory.Feature.FAIL_ON_SYMBOL_HASH_OVERFLOW)
			.streamReadConstraints(StreamReadConstraints.builder()
				.maxNumberLength(NotificationEncoder.MAX_BYTES)
				.maxNestingDepth(JACKSON_2_DEPTH)
				.build())
			.build();
	}

	/** Lets subtypes be recognized by their properties: no class name is sent then. */
	private static final class DeducingTypes extends TypeResolverProvider {

		private static final long serialVersionUID = 1L;

		@Override
		protected TypeResolverBuilder<?> _constructStdTypeResolverBuilder(MapperConfig<?> config,
				JsonTypeInfo.Value settings, @Nullable JavaType baseType) {
			return new DeducingTypeResolverBuilder(settings);
		}

	}

	/** Lets through what was deduced, if the class is one of the declared. */
	private static final class DeducingTypeResolverBuilder extends StdTypeResolverBuilder {

		private Set<String> declared = Set.of();

		DeducingTypeResolverBuilder(JsonTypeInfo.Value settings) {
			super(settings);
		}

		@Override
		public TypeDeserializer buildTypeDeserializer(DeserializationContext context, JavaType baseType,
				@Nullable Collection<NamedType> subtypes) {
			if (this._idType == JsonTypeInfo.Id.DEDUCTION && subtypes != null) {
				this.declared = subtypes.stream()
					.map((subtype) -> subtype.getType().getName())
					.collect(Collectors.toUnmodifiableSet());
			}
			return super.buildTypeDeserializer(context, baseType, subtypes);
		}

		@Override
		public PolymorphicTypeValidator subTypeValidator(DatabindContext context) {
			return this.declared.isEmpty() ? super.subTypeValidator(context) : new Declared(this.declared);
		}

	}

	/** Accepts the classes that a base class declares. */
	private static final class Declared extends PolymorphicTypeValidator.Base {

		private static final long serialVersionUID = 1L;

		private final Set<String> names;

		Declared(Set<String> names) {
			this.names = names;
		}

		@Override
		public Validity validateSubClassName(DatabindContext context, JavaType baseType, String className) {
			return this.names.contains(className) ? Validity.ALLOWED : Validity.DENIED;
		}

	}

}
