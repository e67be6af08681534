package dev.pgevents.spring.internal.listener;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Function;

import dev.pgevents.Event;
import dev.pgevents.PayloadConversionException;
import org.jspecify.annotations.Nullable;

import org.springframework.core.MethodParameter;
import org.springframework.core.ResolvableType;
import org.springframework.core.convert.ConversionService;
import org.springframework.core.convert.TypeDescriptor;
import org.springframework.core.convert.support.DefaultConversionService;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.handler.annotation.Header;
import org.springframework.messaging.handler.annotation.Headers;
import org.springframework.messaging.handler.annotation.Payload;
import org.springframework.messaging.handler.annotation.ValueConstants;

/**
 * A parameter in the words of spring-messaging, which is not always there: nothing else
 * here names its classes.
 */
final class MessagingParameter {

	private static final ConversionService conversion = DefaultConversionService.getSharedInstance();

	private final MethodParameter parameter;

	MessagingParameter(MethodParameter parameter) {
		this.parameter = parameter;
	}

	/** Whether a parameter is one. */
	static boolean isOne(MethodParameter parameter) {
		Class<?> type = parameter.getParameterType();
		return Message.class.isAssignableFrom(type) || type == MessageHeaders.class
				|| parameter.hasParameterAnnotation(Payload.class) || parameter.hasParameterAnnotation(Header.class)
				|| parameter.hasParameterAnnotation(Headers.class);
	}

	/** What cannot work, or null. */
	@Nullable String problem() {
		Class<?> type = this.parameter.getParameterType();
		Header header = this.parameter.getParameterAnnotation(Header.class);
		if (header != null) {
			if (name(header) == null) {
				return "with @Header names no header, and there are no parameter names (-parameters)";
			}
			return conversion.canConvert(TypeDescriptor.valueOf(String.class), new TypeDescriptor(this.parameter))
					? null : "with @Header is nothing that a text can be converted to";
		}
		if (this.parameter.hasParameterAnnotation(Headers.class) && !type.isAssignableFrom(MessageHeaders.class)) {
			return "with @Headers is no Map";
		}
		Payload payload = this.parameter.getParameterAnnotation(Payload.class);
		if (payload != null && !payload.expression().isEmpty()) {
			return "with @Payload has an expression, and none is evaluated here";
		}
		if (payload != null && !payload.required() && type.isPrimitive()) {
			return "with @Payload(required = false) cannot be null, as it has to be for an event without payload";
		}
		return (Message.class.isAssignableFrom(type) && type != Message.class) ? "is no Message but a subtype" : null;
	}

	/** Whether the payload is in a message, with the headers. */
	boolean isMessage() {
		return this.parameter.getParameterType() == Message.class;
	}

	/** As what the payload is read, or null if it is not. */
	@Nullable ResolvableType payloadType() {
		ResolvableType type = ResolvableType.forMethodParameter(this.parameter);
		if (this.parameter.getParameterType() == Message.class) {
			ResolvableType generic = type.getGeneric();
			return (generic.resolve() != null || type.hasGenerics()) ? generic : ResolvableType.forClass(Object.class);
		}
		return this.parameter.hasParameterAnnotation(Payload.class) ? type : null;
	}

	/** Takes the parameter's value from an event. */
	Function<Event, @Nullable Object> resolver(@Nullable Function<Event, @Nullable Object> payload) {
		Header header = this.parameter.getParameterAnnotation(Header.class);
		if (header != null) {
			String name = String.valueOf(name(header));
			return (event) -> header(event, name, header);
		}
		if (payload == null) {
			boolean texts = ResolvableType.forMethodParameter(this.parameter).getGeneric(1).resolve() == String.class;
			return texts ? Event::headers : EventHeaders::new;
		}
		if (isMessage()) {
			return (event) -> new EventMessage(payload.apply(event), new EventHeaders(event));
		}
		Payload annotation = this.parameter.getParameterAnnotation(Payload.class);
		return (annotation != null && annotation.required()) ? (event) -> required(event, payload.apply(event))
				: payload;
	}

	private static Object required(Event event, @Nullable Object payload) {
		if (payload == null) {
			throw new PayloadConversionException("event " + event.type()
					+ " has no payload, which the handler requires: let it be sent, or write @Payload(required = false)");
		}
		return payload;
	}

	private @Nullable Object header(Event event, String name, Header header) {
		Object value = new EventHeaders(event).get(name);
		if (value == null && !ValueConstants.DEFAULT_NONE.equals(header.defaultValue())) {
			value = header.defaultValue();
		}
		if (value == null && header.required() && this.parameter.getParameterType() != Optional.class) {
			throw new PayloadConversionException("event " + event.type() + " has no header " + name
					+ ", which the handler requires: let it be sent, or write @Header(required = false)");
		}
		TypeDescriptor source = (value != null) ? TypeDescriptor.forObject(value)
				: TypeDescriptor.valueOf(String.class);
		return conversion.convert(value, source, new TypeDescriptor(this.parameter));
	}

	private @Nullable String name(Header header) {
		String name = header.name().isEmpty() ? header.value() : header.name();
		return name.isEmpty() ? this.parameter.getParameterName() : name;
	}

	/** The headers of an event, with its id and time. */
	private static final class EventHeaders extends MessageHeaders {

		private static final long serialVersionUID = 1L;

		EventHeaders(Event event) {
			super(headers(event), event.id(), event.timestamp().toEpochMilli());
		}

		private static Map<String, Object> headers(Event event) {
			Map<String, Object> headers = new LinkedHashMap<>(event.headers());
			headers.keySet().removeIf((name) -> name.equals(ID) || name.equals(TIMESTAMP));
			return headers;
		}

		@Override
		public @Nullable UUID getId() {
			return (UUID) get(ID);
		}

	}

	/** An event whose payload may be nothing, which Spring's own messages refuse. */
	private record EventMessage(@Nullable Object payload, MessageHeaders headers) implements Message<Object> {

		@Override
		@SuppressWarnings("NullAway") // as an event may have no payload
		public Object getPayload() {
			return this.payload;
		}

		@Override
		public MessageHeaders getHeaders() {
			return this.headers;
		}

	}

}
