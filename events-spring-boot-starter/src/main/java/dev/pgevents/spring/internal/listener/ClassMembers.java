package dev.pgevents.spring.internal.listener;

import java.lang.reflect.Field;
import java.lang.reflect.Member;
import java.lang.reflect.Method;
import java.lang.reflect.Type;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.jspecify.annotations.Nullable;

import org.springframework.beans.BeanUtils;
import org.springframework.core.ResolvableType;
import org.springframework.expression.spel.support.ReflectivePropertyAccessor;

/**
 * Finds what classes have, as expressions do. Thread-safe.
 */
final class ClassMembers extends ReflectivePropertyAccessor {

	private static final int SHOWN = 30;

	@Nullable ResolvableType property(ResolvableType owner, Class<?> type, String name) {
		Method getter = findGetterForProperty(name, type, false);
		if (getter != null) {
			return typeOf(owner, getter, getter.getGenericReturnType());
		}
		Field field = findField(name, type, false);
		return (field != null) ? typeOf(owner, field, field.getGenericType()) : null;
	}

	List<Method> methods(Class<?> type, String name, int arguments) {
		return Arrays.stream(type.getMethods())
			.filter((method) -> !method.isBridge() && method.getName().equals(name))
			.filter((method) -> method.getParameterCount() == arguments
					|| (method.isVarArgs() && method.getParameterCount() - 1 <= arguments))
			.toList();
	}

	String methods(Class<?> type) {
		return listed(Arrays.stream(type.getMethods())
			.filter((method) -> method.getDeclaringClass() != Object.class && !method.isBridge())
			.map((method) -> method.getName() + "()"));
	}

	String properties(Class<?> type) {
		Stream<String> components = type.isRecord()
				? Arrays.stream(type.getRecordComponents()).map((component) -> component.getName()) : Stream.empty();
		Stream<String> getters = Arrays.stream(BeanUtils.getPropertyDescriptors(type))
			.filter((property) -> property.getReadMethod() != null && !property.getName().equals("class"))
			.map((property) -> property.getName());
		return listed(Stream.concat(components, getters));
	}

	static ResolvableType typeOf(ResolvableType owner, Member member, Type type) {
		return ResolvableType.forType(type, owner.as(member.getDeclaringClass()));
	}

	private static String listed(Stream<String> names) {
		List<String> all = names.distinct().sorted().toList();
		String shown = all.stream().limit(SHOWN).collect(Collectors.joining(", "));
		return (all.size() > SHOWN) ? shown + ", …" : shown;
	}

}
