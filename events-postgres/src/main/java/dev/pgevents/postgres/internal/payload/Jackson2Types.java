package dev.pgevents.postgres.internal.payload;

import java.lang.reflect.Type;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.JsonDeserializer;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.deser.AbstractDeserializer;
import com.fasterxml.jackson.databind.deser.BeanDeserializerBase;
import com.fasterxml.jackson.databind.deser.DefaultDeserializationContext;
import com.fasterxml.jackson.databind.deser.SettableBeanProperty;
import com.fasterxml.jackson.databind.deser.ValueInstantiator;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import com.fasterxml.jackson.databind.jsontype.impl.AsDeductionTypeDeserializer;
import com.fasterxml.jackson.databind.ser.std.BeanSerializerBase;
import org.jspecify.annotations.Nullable;

/**
 * What a mapper of Jackson 2 can read. Thread-safe.
 *
 * @since 0.1
 */
public final class Jackson2Types extends ReadableTypes {

	private static final Set<JsonTypeInfo.Id> CLASS_NAMES = Set.of(JsonTypeInfo.Id.CLASS,
			JsonTypeInfo.Id.MINIMAL_CLASS);

	private final ObjectMapper mapper;

	private final boolean classNamesRefused;

	/**
	 * Asks a mapper.
	 * @param mapper the mapper
	 * @param classNamesRefused whether it makes no objects of classes that the JSON names
	 */
	public Jackson2Types(ObjectMapper mapper, boolean classNamesRefused) {
		super(new IgnoredAnnotations("tools.jackson.databind.annotation",
				"payloads are written by Jackson 2, use those of com.fasterxml.jackson"));
		this.mapper = mapper;
		this.classNamesRefused = classNamesRefused;
	}

	@Override
	protected @Nullable String problem(Type type) {
		DefaultDeserializationContext context = (DefaultDeserializationContext) this.mapper.getDeserializationContext();
		return new Search(context.createDummyInstance(this.mapper.getDeserializationConfig()))
			.problem(this.mapper.constructType(type));
	}

	@Override
	protected Class<?> rawClass(Type type) {
		return this.mapper.constructType(type).getRawClass();
	}

	@Override
	protected boolean isWrittenByProperties(Class<?> type) {
		try {
			return this.mapper.getSerializerProviderInstance().findValueSerializer(type) instanceof BeanSerializerBase;
		}
		catch (JsonMappingException ex) {
			return false; // writing it says why
		}
	}

	/** One search, which looks at each type once. */
	private final class Search {

		private final DeserializationContext context;

		private final Set<JavaType> seen = new HashSet<>();

		Search(DeserializationContext context) {
			this.context = context;
		}

		@Nullable String problem(JavaType type) {
			if (!this.seen.add(type) || JsonNode.class.isAssignableFrom(type.getRawClass())) {
				return null;
			}
			try {
				TypeDeserializer typeDeserializer = this.context.getFactory()
					.findTypeDeserializer(this.context.getConfig(), type);
				return (typeDeserializer != null) ? problemOfSubtypes(type, typeDeserializer) : problemOfOne(type);
			}
			catch (JsonMappingException | IllegalArgumentException ex) {
				return type.toCanonical() + ": " + ((ex instanceof JsonMappingException mapping)
						? mapping.getOriginalMessage() : ex.getMessage());
			}
		}

		private @Nullable String problemOfSubtypes(JavaType base, TypeDeserializer typeDeserializer)
				throws JsonMappingException {
			if (Jackson2Types.this.classNamesRefused && !(typeDeserializer instanceof AsDeductionTypeDeserializer)
					&& CLASS_NAMES.contains(typeDeserializer.getTypeIdResolver().getMechanism())) {
				return readByClassNames(base.toCanonical());
			}
			if (typeDeserializer.getTypeIdResolver().getMechanism() == JsonTypeInfo.Id.CUSTOM) {
				return null;
			}
			DeserializationConfig config = this.context.getConfig();
			Collection<NamedType> subtypes = config.getSubtypeResolver()
				.collectAndResolveSubtypesByTypeId(config, config.introspectClassAnnotations(base).getClassInfo());
			List<JavaType> concrete = Stream
				.concat(subtypes.stream().map(NamedType::getType), Stream.ofNullable(typeDeserializer.getDefaultImpl()))
				.map((subtype) -> this.context.getTypeFactory().constructType(subtype))
				.filter(JavaType::isConcrete)
				.distinct()
				.toList();
			if (concrete.isEmpty()) {
				return withoutSubtypes(base.toCanonical());
			}
			for (JavaType subtype : concrete) {
				String problem = (subtype.equals(base) || this.seen.add(subtype)) ? problemOfOne(subtype) : null;
				if (problem != null) {
					return problem;
				}
			}
			return null;
		}

		private @Nullable String problemOfOne(JavaType type) throws JsonMappingException {
			if (type.isMapLikeType()) {
				this.context.findKeyDeserializer(type.getKeyType(), null);
			}
			JsonDeserializer<?> deserializer = this.context.findNonContextualValueDeserializer(type);
			if (deserializer instanceof AbstractDeserializer) {
				return isAbstract(type.toCanonical());
			}
			if (type.getContentType() != null) {
				return problem(type.getContentType());
			}
			return (deserializer instanceof BeanDeserializerBase bean) ? problemOfBean(type, bean) : null;
		}

		private @Nullable String problemOfBean(JavaType type, BeanDeserializerBase bean) {
			ValueInstantiator creators = bean.getValueInstantiator();
			boolean fromObject = creators.canCreateUsingDefault() || creators.canCreateFromObjectWith()
					|| creators.canCreateUsingDelegate() || creators.canCreateUsingArrayDelegate();
			if (!fromObject && (!creators.canInstantiate() || isWrittenByProperties(type.getRawClass()))) {
				return notConstructible(type.toCanonical(), type.getRawClass());
			}
			for (Iterator<SettableBeanProperty> all = bean.properties(); all.hasNext();) {
				SettableBeanProperty property = all.next();
				String problem = property.hasValueTypeDeserializer() ? null : problemOfProperty(property);
				if (problem != null) {
					return inProperty(problem, property.getName(), type.toCanonical());
				}
			}
			return null;
		}

		/** A deserializer of the property's own says nothing about its type. */
		private @Nullable String problemOfProperty(SettableBeanProperty property) {
			JavaType type = property.getType();
			JsonDeserializer<?> deserializer = property.getValueDeserializer();
			boolean plain = deserializer == null || deserializer instanceof BeanDeserializerBase
					|| deserializer instanceof AbstractDeserializer || type.getContentType() != null;
			return plain ? problem(type) : null;
		}

	}

}
