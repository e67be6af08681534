package dev.pgevents.spring.internal.payload;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

import dev.pgevents.EventType;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ReflectionUtils;

/**
 * A class with {@link DomainEvent}: its event type, and how to read the app id of its
 * instances. Thread-safe.
 *
 * @since 0.1
 */
public final class PayloadClass {

	private static final ClassValue<PayloadClass> CACHE = new ClassValue<>() {

		@Override
		protected PayloadClass computeValue(Class<?> payloadClass) {
			return read(payloadClass);
		}

	};

	private final EventType type;

	private final @Nullable Function<Object, @Nullable Object> appId;

	private PayloadClass(EventType type, @Nullable Function<Object, @Nullable Object> appId) {
		this.type = type;
		this.appId = appId;
	}

	/**
	 * Reads the annotations of a class.
	 * @param payloadClass the class
	 * @return what they say
	 * @throws IllegalArgumentException if there is no {@link DomainEvent}, its value is
	 * no event type, or several members carry {@link AppId}
	 */
	public static PayloadClass of(Class<?> payloadClass) {
		return CACHE.get(payloadClass);
	}

	/**
	 * The event type of a class, if it has one.
	 * @param payloadClass the class
	 * @return the value of its {@link DomainEvent}, or null
	 */
	public static @Nullable String typeOf(Class<?> payloadClass) {
		DomainEvent annotation = AnnotatedElementUtils.findMergedAnnotation(payloadClass, DomainEvent.class);
		return (annotation != null) ? annotation.value() : null;
	}

	/**
	 * The event type.
	 * @return the type
	 */
	public EventType type() {
		return this.type;
	}

	/**
	 * The app id of an instance.
	 * @param payload the instance
	 * @return its app id as text, or null if it has none
	 */
	public @Nullable String appIdOf(Object payload) {
		Object value = (this.appId != null) ? this.appId.apply(payload) : null;
		return (value != null) ? value.toString() : null;
	}

	private static PayloadClass read(Class<?> payloadClass) {
		String type = typeOf(payloadClass);
		if (type == null) {
			throw new IllegalArgumentException(payloadClass.getName()
					+ " has no @DomainEvent: annotate it with the event type, or publish an Event through Publisher");
		}
		List<Function<Object, @Nullable Object>> appIds = appIds(payloadClass);
		if (appIds.size() > 1) {
			throw new IllegalArgumentException(
					payloadClass.getName() + " has " + appIds.size() + " members with @AppId, it may have one");
		}
		return new PayloadClass(EventType.of(type), appIds.isEmpty() ? null : appIds.get(0));
	}

	private static List<Function<Object, @Nullable Object>> appIds(Class<?> payloadClass) {
		if (payloadClass.isRecord()) {
			return Arrays.stream(payloadClass.getRecordComponents())
				.filter((component) -> component.isAnnotationPresent(AppId.class))
				.map((component) -> getter(component.getAccessor()))
				.toList();
		}
		List<Function<Object, @Nullable Object>> found = new ArrayList<>();
		ReflectionUtils.doWithFields(payloadClass, (field) -> {
			ReflectionUtils.makeAccessible(field);
			found.add((payload) -> ReflectionUtils.getField(field, payload));
		}, (field) -> field.isAnnotationPresent(AppId.class));
		for (Method method : ReflectionUtils.getUniqueDeclaredMethods(payloadClass)) {
			if (method.isAnnotationPresent(AppId.class) && method.getParameterCount() == 0) {
				found.add(getter(method));
			}
		}
		return found;
	}

	private static Function<Object, @Nullable Object> getter(Method method) {
		ReflectionUtils.makeAccessible(method);
		return (payload) -> ReflectionUtils.invokeMethod(method, payload);
	}

}
