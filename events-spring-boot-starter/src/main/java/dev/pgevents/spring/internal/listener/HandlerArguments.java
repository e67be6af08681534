package dev.pgevents.spring.internal.listener;

import java.lang.annotation.Annotation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.spring.AppId;
import dev.pgevents.spring.Header;
import dev.pgevents.spring.internal.payload.PayloadReading;
import org.jspecify.annotations.Nullable;

import org.springframework.core.DefaultParameterNameDiscoverer;
import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.core.annotation.AnnotatedMethod;
import org.springframework.util.ClassUtils;

/**
 * What the parameters of a handler method take from an event.
 */
final class HandlerArguments implements ArgumentResolver {

	private static final String ANNOTATION = "OnDomainEvent";

	private static final boolean MESSAGING = ClassUtils.isPresent("org.springframework.messaging.Message",
			HandlerArguments.class.getClassLoader());

	/** Names that other libraries have, too. */
	private static final Set<String> OUR_NAMES = Set.of("AppId", "Header", "Headers", "Payload");

	private final BeanMethod handler;

	private final PayloadReading reading;

	private final List<ResolvableType> types = new ArrayList<>();

	private final List<Function<Event, @Nullable Object>> resolvers = new ArrayList<>();

	private @Nullable HandlerPayload payload;

	/** Which parameter is the payload itself; none if it is within a message. */
	private int payloadIndex = -1;

	private boolean takesEvent;

	private HandlerArguments(BeanMethod handler, PayloadReading reading) {
		this.handler = handler;
		this.reading = reading;
	}

	/** Reads the parameters of a method, or says which one cannot work. */
	static HandlerArguments of(BeanMethod handler, PayloadReading reading) {
		HandlerArguments arguments = new HandlerArguments(handler, reading);
		for (MethodParameter parameter : new MethodOfBean(handler).getMethodParameters()) {
			parameter.initParameterNameDiscovery(new DefaultParameterNameDiscoverer());
			arguments.types.add(ResolvableType.forMethodParameter(parameter));
			arguments.resolvers.add(arguments.resolver(parameter));
		}
		return arguments;
	}

	/**
	 * The event types to subscribe to, none for all, of those that the annotation says.
	 */
	String[] types(String[] said) {
		HandlerPayload payload = this.payload;
		if (payload == null) {
			if (said.length == 0 && !this.takesEvent) {
				throw this.handler.refuse(ANNOTATION, "nothing says which events it is for",
						"Write @OnDomainEvent(\"…\") with the event types, \"*\" for all.");
			}
			return said;
		}
		String[] types = payload.types(said);
		payload.checkReadable(List.of(types));
		return types;
	}

	/** The arguments for an event. */
	@Override
	public @Nullable Object[] resolve(Event event) {
		Event current = this.reading.upcast(event);
		@Nullable Object[] arguments = new @Nullable Object[this.resolvers.size()];
		for (int i = 0; i < arguments.length; i++) {
			arguments[i] = this.resolvers.get(i).apply(current);
		}
		return arguments;
	}

	/** The type of a parameter; none if events decide about it. */
	ResolvableType type(int parameter) {
		return (parameter == this.payloadIndex) ? payloadType() : this.types.get(parameter);
	}

	/** The type of the payload; none if events decide about it. */
	ResolvableType payloadType() {
		return (this.payload != null) ? this.payload.type() : ResolvableType.NONE;
	}

	/** The class that payloads are read as, if it is always the same. */
	@Nullable Class<?> exactPayload() {
		return (this.payload != null) ? this.payload.exactClass() : null;
	}

	/** The payload of an event, as the method takes it if it does. */
	@Nullable Object payloadOf(Event event, @Nullable Object[] arguments) {
		if (this.payloadIndex >= 0) {
			return arguments[this.payloadIndex];
		}
		Event current = this.reading.upcast(event);
		return (this.payload != null) ? this.payload.read(current) : current.payload().as(Object.class);
	}

	private Function<Event, @Nullable Object> resolver(MethodParameter parameter) {
		Class<?> type = parameter.getParameterType();
		if (parameter.hasParameterAnnotation(AppId.class)) {
			requireString(parameter, "@AppId");
			return Event::appId;
		}
		Header header = parameter.getParameterAnnotation(Header.class);
		if (header != null) {
			return header(parameter, header.value());
		}
		if (MESSAGING && MessagingParameter.isOne(parameter)) {
			return messaging(parameter);
		}
		checkAnnotations(parameter);
		if (type == Event.class || type == Delivery.class) {
			this.takesEvent = true;
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
		this.payloadIndex = parameter.getParameterIndex();
		return payload(parameter, ResolvableType.forMethodParameter(parameter))::read;
	}

	private Function<Event, @Nullable Object> header(MethodParameter parameter, String named) {
		if (named.isEmpty() && parameter.getParameterType() == Map.class) {
			return Event::headers;
		}
		requireString(parameter, "@Header");
		String name = named.isEmpty() ? parameter.getParameterName() : named;
		if (name == null) {
			throw this.handler.refuse(ANNOTATION, name(parameter) + " with @Header names no header",
					"Write @Header(\"…\"), or compile with -parameters.");
		}
		return (event) -> event.headers().get(name);
	}

	private Function<Event, @Nullable Object> messaging(MethodParameter parameter) {
		MessagingParameter messaging = new MessagingParameter(parameter);
		String problem = messaging.problem();
		if (problem != null) {
			throw this.handler.refuse(ANNOTATION, name(parameter) + " " + problem, "Change the parameter.");
		}
		ResolvableType payloadType = messaging.payloadType();
		if (payloadType != null && !messaging.isMessage()) {
			this.payloadIndex = parameter.getParameterIndex();
		}
		return messaging.resolver((payloadType != null) ? payload(parameter, payloadType)::read : null);
	}

	private HandlerPayload payload(MethodParameter parameter, ResolvableType type) {
		HandlerPayload payload = new HandlerPayload(this.handler, name(parameter), type, this.reading);
		if (this.payload != null) {
			throw this.handler.refuse(ANNOTATION,
					"both " + this.payload.name() + " and " + name(parameter) + " would take the payload",
					"Keep one of them; mark a String for the app id with @AppId, one for a header with @Header.");
		}
		this.payload = payload;
		return payload;
	}

	/** One that was imported from the wrong package would have no effect. */
	private void checkAnnotations(MethodParameter parameter) {
		for (Annotation annotation : parameter.getParameterAnnotations()) {
			Class<?> type = annotation.annotationType();
			if (OUR_NAMES.contains(type.getSimpleName())) {
				throw this.handler.refuse(ANNOTATION,
						name(parameter) + " carries @" + type.getName() + ", which means nothing here",
						"Import the one of " + AppId.class.getPackageName() + " or remove it.");
			}
		}
	}

	private void requireString(MethodParameter parameter, String annotation) {
		if (parameter.getParameterType() != String.class) {
			throw this.handler.refuse(ANNOTATION, name(parameter) + " with " + annotation + " is no String",
					"Declare it as String.");
		}
	}

	private static String name(MethodParameter parameter) {
		return "parameter " + (parameter.getParameterIndex() + 1) + ", a " + parameter.getParameterType().getTypeName()
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
