package dev.pgevents.spring.internal.listener;

import java.lang.reflect.Type;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.Header;
import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedMethod;

/**
 * What the parameters of a handler method take from an event.
 */
final class HandlerArguments {

	private static final String ANNOTATION = "OnDomainEvent";

	private final BeanMethod handler;

	private final List<Function<Event, @Nullable Object>> resolvers = new ArrayList<>();

	private @Nullable MethodParameter payload;

	private HandlerArguments(BeanMethod handler) {
		this.handler = handler;
	}

	/** Reads the parameters of a method, or says which one cannot work. */
	static HandlerArguments of(BeanMethod handler) {
		HandlerArguments arguments = new HandlerArguments(handler);
		for (MethodParameter parameter : new MethodOfBean(handler).getMethodParameters()) {
			arguments.resolvers.add(arguments.resolver(parameter));
		}
		return arguments;
	}

	/** The class of the payload parameter, or null if there is none. */
	@Nullable Class<?> payloadClass() {
		return (this.payload != null) ? this.payload.getParameterType() : null;
	}

	/** The arguments for an event. */
	@Nullable Object[] resolve(Event event) {
		@Nullable Object[] arguments = new @Nullable Object[this.resolvers.size()];
		for (int i = 0; i < arguments.length; i++) {
			arguments[i] = this.resolvers.get(i).apply(event);
		}
		return arguments;
	}

	private Function<Event, @Nullable Object> resolver(MethodParameter parameter) {
		Class<?> type = parameter.getParameterType();
		if (parameter.hasParameterAnnotation(AppId.class)) {
			requireString(parameter, "@AppId");
			return Event::appId;
		}
		Header header = parameter.getParameterAnnotation(Header.class);
		if (header != null) {
			requireString(parameter, "@Header");
			return (event) -> event.headers().get(header.value());
		}
		if (type == Event.class || type == Delivery.class) {
			return (event) -> event;
		}
		if (type == EventType.class) {
			return Event::type;
		}
		if (type == Instant.class) {
			return Event::timestamp;
		}
		if (type == Gap.class) {
			throw this.handler.refuse(ANNOTATION, "gaps are no events", "Take the Gap in an @OnGap method.");
		}
		return payload(parameter);
	}

	private Function<Event, @Nullable Object> payload(MethodParameter parameter) {
		if (this.payload != null) {
			throw this.handler.refuse(ANNOTATION,
					"both " + name(this.payload) + " and " + name(parameter) + " would take the payload",
					"Keep one of them; mark a String for the app id with @AppId, one for a header with @Header.");
		}
		this.payload = parameter;
		Type type = resolved(ResolvableType.forMethodParameter(parameter));
		return (event) -> event.payload().as(type);
	}

	/** The type without variables, for a codec that knows nothing of the bean's class. */
	private static Type resolved(ResolvableType type) {
		if (!type.hasGenerics()) {
			return (type.getType() instanceof Class<?> plain) ? plain : type.resolve(Object.class);
		}
		ResolvableType[] generics = Arrays.stream(type.getGenerics())
			.map((generic) -> ResolvableType.forType(resolved(generic)))
			.toArray(ResolvableType[]::new);
		return ResolvableType.forClassWithGenerics(type.resolve(Object.class), generics).getType();
	}

	private void requireString(MethodParameter parameter, String annotation) {
		if (parameter.getParameterType() != String.class) {
			throw this.handler.refuse(ANNOTATION, name(parameter) + " with " + annotation + " is no String",
					"Declare it as String.");
		}
	}

	private static String name(MethodParameter parameter) {
		return "parameter " + (parameter.getParameterIndex() + 1) + ", a " + parameter.getParameterType().getName()
				+ ",";
	}

	/** A method whose type variables are those of the bean's class. */
	private static final class MethodOfBean extends AnnotatedMethod {

		private final BeanMethod handler;

		MethodOfBean(BeanMethod handler) {
			super(handler.method());
			this.handler = handler;
		}

		@Override
		protected Class<?> getContainingClass() {
			return this.handler.type();
		}

	}

}
