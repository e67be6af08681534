package dev.pgevents.spring.internal.jackson3;

import java.lang.reflect.Type;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.pgevents.postgres.internal.payload.IgnoredAnnotations;
import dev.pgevents.postgres.internal.payload.ReadableTypes;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.JavaType;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.ValueDeserializer;
import tools.jackson.databind.deser.AbstractDeserializer;
import tools.jackson.databind.deser.SettableBeanProperty;
import tools.jackson.databind.deser.ValueInstantiator;
import tools.jackson.databind.deser.bean.BeanDeserializerBase;
import tools.jackson.databind.jsontype.NamedType;
import tools.jackson.databind.jsontype.TypeDeserializer;
import tools.jackson.databind.jsontype.impl.AsDeductionTypeDeserializer;
import tools.jackson.databind.ser.bean.BeanSerializerBase;

/**
 * What a mapper of Jackson 3 can read. Thread-safe.
 */
final class Jackson3Types extends ReadableTypes {

	private static final Set<JsonTypeInfo.Id> CLASS_NAMES = Set.of(JsonTypeInfo.Id.CLASS,
			JsonTypeInfo.Id.MINIMAL_CLASS);

	private final ObjectMapper mapper;

	private final boolean classNamesRefused;

	Jackson3Types(ObjectMapper mapper, boolean classNamesRefused) {
		super(new IgnoredAnnotations("com.fasterxml.jackson.databind.annotation",
				"payloads are written by Jackson 3, use those of tools.jackson"));
		this.mapper = mapper;
		this.classNamesRefused = classNamesRefused;
	}

	@Override
	protected @Nullable String problem(Type type) {
		return new Search(this.mapper._deserializationContext()).problem(this.mapper.constructType(type));
	}

	@Override
	protected Class<?> rawClass(Type type) {
		return this.mapper.constructType(type).getRawClass();
	}

	@Override
	protected boolean isWrittenByProperties(Class<?> type) {
		try {
			return this.mapper._serializationContext().findValueSerializer(type) instanceof BeanSerializerBase;
		}
		catch (JacksonException ex) {
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
				TypeDeserializer typeDeserializer = this.context.findTypeDeserializer(type);
				return (typeDeserializer != null) ? problemOfSubtypes(type, typeDeserializer) : problemOfOne(type);
			}
			catch (JacksonException ex) {
				return type.toCanonical() + ": " + ex.getOriginalMessage();
			}
			catch (IllegalArgumentException ex) {
				return type.toCanonical() + ": " + ex.getMessage();
			}
		}

		private @Nullable String problemOfSubtypes(JavaType base, TypeDeserializer typeDeserializer) {
			JsonTypeInfo.Id mechanism = typeDeserializer.getTypeIdResolver().getMechanism();
			if (Jackson3Types.this.classNamesRefused && !(typeDeserializer instanceof AsDeductionTypeDeserializer)
					&& CLASS_NAMES.contains(mechanism)) {
				return readByClassNames(base.toCanonical());
			}
			if (mechanism == JsonTypeInfo.Id.CUSTOM) {
				return null;
			}
			List<JavaType> concrete = concreteSubtypes(base, typeDeserializer);
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

		private List<JavaType> concreteSubtypes(JavaType base, TypeDeserializer typeDeserializer) {
			DeserializationConfig config = this.context.getConfig();
			Collection<NamedType> subtypes = config.getSubtypeResolver()
				.collectAndResolveSubtypesByTypeId(config,
						config.classIntrospectorInstance().introspectClassAnnotations(base));
			return Stream
				.concat(subtypes.stream().map(NamedType::getType), Stream.ofNullable(typeDeserializer.getDefaultImpl()))
				.map((subtype) -> this.context.getTypeFactory().constructType(subtype))
				.filter(JavaType::isConcrete)
				.distinct()
				.toList();
		}

		private @Nullable String problemOfOne(JavaType type) {
			if (type.isMapLikeType()) {
				this.context.findKeyDeserializer(type.getKeyType(), null);
			}
			ValueDeserializer<?> deserializer = this.context.findNonContextualValueDeserializer(type);
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
			ValueDeserializer<?> deserializer = property.getValueDeserializer();
			boolean plain = deserializer == null || deserializer instanceof BeanDeserializerBase
					|| deserializer instanceof AbstractDeserializer || type.getContentType() != null;
			return plain ? problem(type) : null;
		}

	}

}
