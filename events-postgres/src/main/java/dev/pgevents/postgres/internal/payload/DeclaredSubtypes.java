package dev.pgevents.postgres.internal.payload;

import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.databind.DeserializationConfig;
import com.fasterxml.jackson.databind.JavaType;
import com.fasterxml.jackson.databind.cfg.MapperConfig;
import com.fasterxml.jackson.databind.introspect.Annotated;
import com.fasterxml.jackson.databind.introspect.JacksonAnnotationIntrospector;
import com.fasterxml.jackson.databind.jsontype.NamedType;
import com.fasterxml.jackson.databind.jsontype.PolymorphicTypeValidator;
import com.fasterxml.jackson.databind.jsontype.TypeDeserializer;
import com.fasterxml.jackson.databind.jsontype.TypeResolverBuilder;
import com.fasterxml.jackson.databind.jsontype.impl.StdTypeResolverBuilder;
import org.jspecify.annotations.Nullable;

/**
 * Knows the subtypes that a class itself declares: those a sealed one permits, as Jackson
 * 3 does; and lets them be recognized by their properties ({@code Id.DEDUCTION}), where
 * no class name comes from the sender.
 */
final class DeclaredSubtypes extends JacksonAnnotationIntrospector {

	private static final long serialVersionUID = 1L;

	@Override
	public @Nullable List<NamedType> findSubtypes(Annotated annotated) {
		List<NamedType> named = super.findSubtypes(annotated);
		Class<?>[] permitted = annotated.getRawType().getPermittedSubclasses();
		if (named != null || permitted == null) {
			return named;
		}
		return Arrays.stream(permitted).map(NamedType::new).toList();
	}

	@Override
	protected TypeResolverBuilder<?> _constructStdTypeResolverBuilder(MapperConfig<?> config,
			JsonTypeInfo.Value settings, JavaType baseType) {
		return new DeducingTypeResolverBuilder(settings);
	}

	/** Lets through what was deduced, if the class is one of the declared. */
	private static final class DeducingTypeResolverBuilder extends StdTypeResolverBuilder {

		private Set<String> declared = Set.of();

		DeducingTypeResolverBuilder(JsonTypeInfo.Value settings) {
			super(settings);
		}

		@Override
		public TypeDeserializer buildTypeDeserializer(DeserializationConfig config, JavaType baseType,
				Collection<NamedType> subtypes) {
			if (this._idType == JsonTypeInfo.Id.DEDUCTION && subtypes != null) {
				this.declared = subtypes.stream()
					.map((subtype) -> subtype.getType().getName())
					.collect(Collectors.toUnmodifiableSet());
			}
			return super.buildTypeDeserializer(config, baseType, subtypes);
		}

		@Override
		public PolymorphicTypeValidator subTypeValidator(MapperConfig<?> config) {
			return this.declared.isEmpty() ? super.subTypeValidator(config) : new Declared(this.declared);
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
		public Validity validateSubClassName(MapperConfig<?> config, JavaType baseType, String className) {
			return this.names.contains(className) ? Validity.ALLOWED : Validity.DENIED;
		}

	}

}
