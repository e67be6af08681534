package dev.pgevents.postgres;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * Calls methods without parameters by their names, of objects whose classes need not be
 * there.
 */
final class Getters {

	private Getters() {
	}

	/**
	 * The first value that is to be had.
	 * @param <T> what it is to be
	 * @param target the object; null has no values
	 * @param type the values that count
	 * @param names the names of methods
	 * @return the value, or null where no such method gives one of the type
	 */
	static <T> @Nullable T first(@Nullable Object target, Class<T> type, List<String> names) {
		for (String name : names) {
			Object value = value(target, name);
			if (type.isInstance(value)) {
				return type.cast(value);
			}
		}
		return null;
	}

	/**
	 * What is found by one method after the other.
	 * @param target the object to begin with
	 * @param names the names of the methods
	 * @return the value, or null where a method is missing or gives none
	 */
	static @Nullable Object path(Object target, String... names) {
		Object value = target;
		for (String name : names) {
			value = value(value, name);
		}
		return value;
	}

	/**
	 * The value of one method.
	 * @param target the object
	 * @param name the method's name
	 * @param arguments its arguments, none of them null
	 * @return the value, or null where there is no such method
	 */
	static @Nullable Object value(@Nullable Object target, String name, Object... arguments) {
		Method method = (target != null) ? method(target.getClass(), name, arguments.length) : null;
		if (method == null) {
			return null;
		}
		try {
			return method.invoke(target, arguments);
		}
		catch (InvocationTargetException ex) {
			throw unchecked(ex.getTargetException());
		}
		catch (IllegalAccessException ex) {
			return null;
		}
	}

	/** Of the class or of an interface: a proxy's own methods may be out of reach. */
	private static @Nullable Method method(Class<?> type, String name, int parameters) {
		for (Class<?> each = type; each != null; each = each.getSuperclass()) {
			Method method = method(each.getDeclaredMethods(), name, parameters);
			Class<?>[] interfaces = each.getInterfaces();
			for (int i = 0; i < interfaces.length && method == null; i++) {
				method = method(interfaces[i].getMethods(), name, parameters);
			}
			if (method != null) {
				return method;
			}
		}
		return null;
	}

	private static @Nullable Method method(Method[] candidates, String name, int parameters) {
		for (Method candidate : candidates) {
			if (candidate.getName().equals(name) && !candidate.isSynthetic()
					&& candidate.getParameterCount() == parameters && candidate.trySetAccessible()) {
				return candidate;
			}
		}
		return null;
	}

	private static RuntimeException unchecked(Throwable failure) {
		if (failure instanceof Error error) {
			throw error;
		}
		return (failure instanceof RuntimeException own) ? own : new IllegalStateException(failure);
	}

}
