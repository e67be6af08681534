package dev.pgevents.spring.internal.payload;

import java.util.Optional;
import java.util.function.Function;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.DomainEvent;
import dev.pgevents.spring.Durability;
import org.jspecify.annotations.Nullable;

import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.core.annotation.MergedAnnotations;

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

	private static final ClassValue<Durability> DURABILITY = new ClassValue<>() {

		@Override
		protected Durability computeValue(Class<?> payloadClass) {
			DomainEvent annotation = AnnotatedElementUtils.findMergedAnnotation(payloadClass, DomainEvent.class);
			return (annotation != null) ? annotation.durable() : Durability.AS_CONFIGURED;
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
	 * no event type, or the value of {@link AppId} cannot be read, or there are several
	 */
	public static PayloadClass of(Class<?> payloadClass) {
		return CACHE.get(payloadClass);
	}

	/**
	 * Whether a class has a {@link DomainEvent}, of its own or inherited.
	 * @param payloadClass the class
	 * @return whether it has
	 */
	public static boolean isAnnotated(Class<?> payloadClass) {
		return typeOf(payloadClass) != null;
	}

	private static @Nullable String typeOf(Class<?> payloadClass) {
		DomainEvent annotation = AnnotatedElementUtils.findMergedAnnotation(payloadClass, DomainEvent.class);
		return (annotation != null) ? annotation.value() : null;
	}

	/**
	 * Whether application events of a class leave through the bus.
	 * @param payloadClass the class
	 * @return whether its {@link DomainEvent} says so
	 */
	public static boolean isExternalized(Class<?> payloadClass) {
		DomainEvent annotation = AnnotatedElementUtils.findMergedAnnotation(payloadClass, DomainEvent.class);
		return annotation != null && annotation.externalize();
	}

	/**
	 * Whether the class of an event's payload decides that it is recorded.
	 * @param event the event, as it is published
	 * @return whether it is, or empty where its class does not say so
	 */
	public static Optional<Boolean> isDurable(Event event) {
		Object payload = event.payload().isJson() ? null : event.payload().as(Object.class);
		return switch ((payload != null) ? DURABILITY.get(payload.getClass()) : Durability.AS_CONFIGURED) {
			case AS_CONFIGURED -> Optional.empty();
			case ALWAYS -> Optional.of(true);
			case NEVER -> Optional.of(false);
		};
	}

	/**
	 * Which class or interface a class has its annotation from.
	 * @param payloadClass the class
	 * @return itself, or a supertype
	 */
	public static Class<?> annotated(Class<?> payloadClass) {
		Object source = MergedAnnotations.from(payloadClass, MergedAnnotations.SearchStrategy.TYPE_HIERARCHY)
			.get(DomainEvent.class)
			.getSource();
		return (source instanceof Class<?> annotated) ? annotated : payloadClass;
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
		return new PayloadClass(EventType.of(type), AppIdMember.of(payloadClass));
	}

}
