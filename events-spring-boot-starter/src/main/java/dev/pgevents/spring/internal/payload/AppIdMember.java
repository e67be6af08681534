package dev.pgevents.spring.internal.payload;

import java.beans.Introspector;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;

import dev.pgevents.spring.AppId;
import org.jspecify.annotations.Nullable;

import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.ParameterNameDiscoverer;
import org.springframework.core.annotation.MergedAnnotations;
import org.springframework.util.ReflectionUtils;

/**
 * Finds the property of a payload class that {@link AppId} marks: on a field or record
 * component, a getter (of an interface, too), or a parameter of a constructor or factory
 * method, which is where Kotlin puts it.
 */
final class AppIdMember {

	private static final ParameterNameDiscoverer parameterNames = new DefaultParameterNameDiscoverer();

	private final Class<?> payloadClass;

	/** How to read each marked property; one may be marked in several places. */
	private final Map<String, Function<Object, @Nullable Object>> marked = new LinkedHashMap<>();

	private AppIdMember(Class<?> payloadClass) {
		this.payloadClass = payloadClass;
	}

	/** How to read the app id of an instance, or null if nothing is marked. */
	static @Nullable Function<Object, @Nullable Object> of(Class<?> payloadClass) {
		AppIdMember member = new AppIdMember(payloadClass);
		member.search();
		if (member.marked.size() > 1) {
			throw new IllegalArgumentException(payloadClass.getName() + " has " + member.marked.size()
					+ " members with @AppId, it may have one: " + String.join(", ", member.marked.keySet()));
		}
		return member.marked.values().stream().findFirst().orElse(null);
	}

	private void search() {
		ReflectionUtils.doWithFields(this.payloadClass,
				(field) -> this.marked.putIfAbsent(field.getName(), reading(field)),
				(field) -> field.isAnnotationPresent(AppId.class));
		for (Method method : ReflectionUtils.getUniqueDeclaredMethods(this.payloadClass)) {
			if (MergedAnnotations.from(method, MergedAnnotations.SearchStrategy.TYPE_HIERARCHY)
				.isPresent(AppId.class)) {
				mark(method);
			}
			searchParameters(method);
		}
		for (Class<?> each = this.payloadClass; each != null; each = each.getSuperclass()) {
			for (Executable constructor : each.getDeclaredConstructors()) {
				searchParameters(constructor);
			}
		}
	}

	private void mark(Method method) {
		String property = property(method);
		if (isGetter(method)) {
			this.marked.putIfAbsent(property, reading(method));
		}
		else {
			this.marked.computeIfAbsent(property, this::reading);
		}
	}

	private void searchParameters(Executable executable) {
		for (int i = 0; i < executable.getParameterCount(); i++) {
			if (executable.getParameters()[i].isAnnotationPresent(AppId.class)) {
				this.marked.computeIfAbsent(nameOfParameter(executable, i), this::reading);
			}
		}
	}

	private String nameOfParameter(Executable executable, int index) {
		@Nullable String @Nullable [] names = (executable instanceof Method method) ? parameterNames.getParameterNames(method)
				: parameterNames.getParameterNames((java.lang.reflect.Constructor<?>) executable);
		String name = (names != null && index < names.length) ? names[index] : null;
		if (name == null) {
			throw new IllegalArgumentException("@AppId on a parameter of " + executable
					+ " leads to no value, since the class was compiled without parameter names: compile it with "
					+ "-parameters, or put the annotation on the field or getter");
		}
		return name;
	}

	/** Reads a property whose name only is known. */
	private Function<Object, @Nullable Object> reading(String property) {
		for (Method method : ReflectionUtils.getUniqueDeclaredMethods(this.payloadClass)) {
			if (isGetter(method) && property(method).equals(property)) {
				return reading(method);
			}
		}
		Field field = ReflectionUtils.findField(this.payloadClass, property);
		if (field == null) {
			throw new IllegalArgumentException("@AppId of " + this.payloadClass.getName() + " marks \"" + property
					+ "\", and there is neither a getter nor a field of this name to read it from: add one, or put the "
					+ "annotation where the value is");
		}
		return reading(field);
	}

	private static boolean isGetter(Method method) {
		return method.getParameterCount() == 0 && method.getReturnType() != void.class
				&& !Modifier.isStatic(method.getModifiers());
	}

	/** What the accessor is of: {@code app()}, {@code getApp()} and {@code setApp()}. */
	private static String property(Method method) {
		String name = method.getName();
		boolean prefixed = name.length() > 3 && (name.startsWith("get") || name.startsWith("set"))
				&& Character.isUpperCase(name.charAt(3));
		return prefixed ? Introspector.decapitalize(name.substring(3)) : name;
	}

	private static Function<Object, @Nullable Object> reading(Field field) {
		ReflectionUtils.makeAccessible(field);
		return (payload) -> ReflectionUtils.getField(field, payload);
	}

	private static Function<Object, @Nullable Object> reading(Method method) {
		ReflectionUtils.makeAccessible(method);
		return (payload) -> ReflectionUtils.invokeMethod(method, Objects.requireNonNull(payload));
	}

}
