package dev.pgevents.postgres.internal.payload;

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
 * Finds out whether a mapper can read a type, down to the types of its properties:
 * Jackson itself finds most of what it cannot do when the JSON is there. Thread-safe.
 *
 * @since 0.1
 */
public final class ReadableTypes {

	private static final Set<JsonTypeInfo.Id> CLASS_NAMES = Set.of(JsonTypeInfo.Id.CLASS,
			JsonTypeInfo.Id.MINIMAL_CLASS);

	private final ObjectMapper mapper;

	private final boolean classNamesRefused;

	/**
	 * Asks a mapper.
	 * @param mapper the mapper
	 * @param classNamesRefused whether it makes no objects of classes that the JSON names
	 */
	public ReadableTypes(ObjectMapper mapper, boolean classNamesRefused) {
		this.mapper = mapper;
		this.classNamesRefused = classNamesRefused;
	}

	/**
	 * Says why a type cannot be read.
	 * @param type the type
	 * @return the reason, or null if it can be read as far as one can know
	 */
	public @Nullable String problem(JavaType type) {
		DefaultDeserializationContext context = (DefaultDeserializationContext) this.mapper.getDeserializationContext();
		return new Search(context.createDummyInstance(this.mapper.getDeserializationConfig())).problem(type);
	}

	/**
	 * Whether values of a class become JSON objects of their properties.
	 * @param type the class
	 * @return whether they do
	 */
	public boolean isWrittenByProperties(Class<?> type) {
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
			if (ReadableTypes.this.classNamesRefused && !(typeDeserializer instanceof AsDeductionTypeDeserializer)
					&& CLASS_NAMES.contains(typeDeserializer.getTypeIdResolver().getMechanism())) {
				return base.toCanonical() + " is read by class names in the JSON, which are refused: "
						+ "use @JsonTypeInfo(use = Id.NAME) with @JsonSubTypes";
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
				return base.toCanonical() + " is abstract, and no subtype is known: name them with @JsonSubTypes, "
						+ "or make it sealed";
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
				return type.toCanonical() + " is abstract, and nothing says which class to make of it";
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
				return type.toCanonical() + " cannot be constructed: it has no default constructor, and no other that "
						+ "Jackson can use. " + KotlinClass.remedy(type.getRawClass(),
								"Make it a record, compile it with -parameters, or use @JsonCreator");
			}
			for (Iterator<SettableBeanProperty> all = bean.properties(); all.hasNext();) {
				SettableBeanProperty property = all.next();
				String problem = property.hasValueTypeDeserializer() ? null : problemOfProperty(property);
				if (problem != null) {
					return problem + " (" + property.getName() + " of " + type.toCanonical() + ")";
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
