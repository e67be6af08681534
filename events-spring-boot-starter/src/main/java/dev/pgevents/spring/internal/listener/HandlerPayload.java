package dev.pgevents.spring.internal.listener;

import java.lang.reflect.Modifier;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import dev.pgevents.Payload;
import dev.pgevents.PayloadConversionException;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.spring.internal.payload.PayloadReading;
import org.jspecify.annotations.Nullable;

import org.springframework.core.ResolvableType;

/**
 * What a handler method takes of an event's payload: as which type it is read, and which
 * event types that type stands for. An {@code Optional}, a collection and an array stand
 * for those of their element.
 */
final class HandlerPayload {

	private static final String ANNOTATION = "OnDomainEvent";

	/** Types that hold whatever an event carries, by name since most are optional. */
	private static final Set<String> ANY = Set.of("java.lang.Object", "java.lang.String", "java.lang.CharSequence",
			"dev.pgevents.Payload", "com.fasterxml.jackson.databind.JsonNode",
			"com.fasterxml.jackson.databind.node.ObjectNode", "tools.jackson.databind.JsonNode",
			"tools.jackson.databind.node.ObjectNode");

	private final BeanMethod handler;

	private final String name;

	private final PayloadReading reading;

	private final ResolvableType element;

	private final Type declared;

	private final boolean several;

	private final Map<String, Type> byEventType = new LinkedHashMap<>();

	/**
	 * Reads a type, or says why it cannot work.
	 * @param handler the method
	 * @param name how to call the parameter
	 * @param type the declared type
	 * @param reading how payloads are read
	 */
	HandlerPayload(BeanMethod handler, String name, ResolvableType type, PayloadReading reading) {
		this.handler = handler;
		this.name = name;
		this.reading = reading;
		checkVariables(type);
		this.several = type.isArray() || Collection.class.isAssignableFrom(type.toClass());
		this.element = element(type);
		this.declared = resolved(type);
		if (this.element.toClass().getPackageName().equals(Event.class.getPackageName())
				&& this.element.toClass() != Payload.class) {
			throw handler.refuse(ANNOTATION, name + " is no payload", "Declare an Event: there is one at a time.");
		}
		if (!isAny()) {
			chooseClasses(type);
		}
	}

	/** The name for messages. */
	String name() {
		return this.name;
	}

	/** The type; none if events decide about it. */
	ResolvableType type() {
		return isChoice() ? ResolvableType.NONE : ResolvableType.forType(this.declared);
	}

	/** The class that payloads, or their elements, are read as, if it is always one. */
	@Nullable Class<?> exactClass() {
		Class<?> elementClass = this.element.toClass();
		boolean open = isAny() || isChoice() || Modifier.isAbstract(elementClass.getModifiers())
				|| Arrays.stream(elementClass.getAnnotations())
					.anyMatch((annotation) -> annotation.annotationType().getSimpleName().equals("JsonTypeInfo"));
		return open ? null : elementClass;
	}

	/** The event types to subscribe to, of those that the annotation says. */
	String[] types(String[] said) {
		if (said.length == 0) {
			if (this.byEventType.isEmpty() && !isAny()) {
				throw this.handler.refuse(ANNOTATION,
						"neither it nor " + this.name + " says which events it is for: "
								+ this.element.toClass().getName() + " has no @DomainEvent",
						"Write @OnDomainEvent(\"…\") with the event types (\"*\" for all), or annotate the class with "
								+ "@DomainEvent.");
			}
			return this.byEventType.keySet().toArray(String[]::new);
		}
		return isChoice() ? chosen(said) : said;
	}

	/** Refuses what the codec can read from no JSON. */
	void checkReadable(Collection<String> types) {
		Set<Type> wanted = Set
			.copyOf(isChoice() ? types.stream().map(this.byEventType::get).toList() : List.of(this.declared));
		for (Type each : wanted) {
			try {
				if (each != Payload.class) {
					this.reading.codec().checkReadable(each);
				}
			}
			catch (PayloadConversionException ex) {
				throw this.handler.refuse(ANNOTATION, this.name + " cannot be filled: " + ex.getMessage(),
						"Declare a class that can be read, or take the Event.", ex);
			}
		}
	}

	/** The payload of an event. */
	@Nullable Object read(Event event) {
		if (this.declared == Payload.class) {
			return event.payload();
		}
		Payload payload = this.several ? listed(event.payload()) : event.payload();
		return payload.as(this.byEventType.getOrDefault(event.type().value(), this.declared));
	}

	/** One object is a list of one. */
	private Payload listed(Payload payload) {
		if (!payload.isJson()) {
			return payload;
		}
		String json = payload.toJson(this.reading.codec());
		return json.stripLeading().startsWith("{") ? Payload.ofJson("[" + json + "]", this.reading.codec()) : payload;
	}

	private boolean isAny() {
		Class<?> raw = this.element.toClass();
		return ANY.contains(raw.getName())
				|| (raw == Map.class && this.element.getGeneric(1).resolve(Object.class) == Object.class);
	}

	/** Whether the event's type decides which class it becomes. */
	private boolean isChoice() {
		return this.byEventType.values().stream().anyMatch((type) -> !type.equals(this.declared));
	}

	private void chooseClasses(ResolvableType type) {
		Class<?> elementClass = this.element.toClass();
		try {
			this.reading.types(elementClass)
				.classes()
				.forEach((eventType, each) -> this.byEventType.put(eventType,
						(each == elementClass) ? this.declared : withElement(type, each)));
		}
		catch (IllegalArgumentException ex) {
			throw this.handler.refuse(ANNOTATION, this.name + " cannot be filled: " + ex.getMessage(),
					"Correct the payload class: its @DomainEvent names lower-case words joined by dots, and its "
							+ "@AppId marks one value that can be read.",
					ex);
		}
	}

	private String[] chosen(String[] said) {
		Set<String> matching = new TreeSet<>();
		for (String pattern : said) {
			SubscriptionFilter filter = SubscriptionFilter.types(pattern);
			List<String> known = this.byEventType.keySet()
				.stream()
				.filter((type) -> filter.matchesType(EventType.of(type)))
				.toList();
			if (known.isEmpty()) {
				throw this.handler.refuse(ANNOTATION,
						"no class that " + this.name + " could hold stands for " + pattern + ", only for "
								+ String.join(", ", this.byEventType.keySet()),
						"Correct the type, or annotate a subclass with @DomainEvent(\"" + pattern + "\").");
			}
			matching.addAll(known);
		}
		return matching.toArray(String[]::new);
	}

	private void checkVariables(ResolvableType type) {
		if (type.getType() instanceof TypeVariable<?> variable && type.resolve() == null) {
			throw this.handler.refuse(ANNOTATION,
					this.name + " is of the type variable " + variable.getName()
							+ ", and nothing says what it stands for",
					"Declare a class, or extend the class with one in its place.");
		}
		if (type.isArray()) {
			checkVariables(type.getComponentType());
		}
		for (ResolvableType generic : type.getGenerics()) {
			checkVariables(generic);
		}
	}

	private static ResolvableType element(ResolvableType type) {
		if (type.isArray() && !type.toClass().getComponentType().isPrimitive()) {
			return type.getComponentType();
		}
		Class<?> raw = type.toClass();
		boolean wraps = raw == Optional.class || Collection.class.isAssignableFrom(raw);
		return (wraps && type.hasGenerics()) ? type.getGeneric() : type;
	}

	private static Type withElement(ResolvableType type, Class<?> element) {
		if (type.isArray()) {
			return element.arrayType();
		}
		return element(type).equalsType(type) ? element
				: ResolvableType.forClassWithGenerics(type.toClass(), element).getType();
	}

	/** The type without variables, for a codec that knows nothing of the bean's class. */
	private static Type resolved(ResolvableType type) {
		if (type.isArray()) {
			Type component = resolved(type.getComponentType());
			return (component instanceof Class<?> plain) ? plain.arrayType()
					: ResolvableType.forArrayComponent(ResolvableType.forType(component)).getType();
		}
		if (!type.hasGenerics()) {
			return (type.getType() instanceof Class<?> plain) ? plain : type.resolve(Object.class);
		}
		ResolvableType[] generics = Arrays.stream(type.getGenerics())
			.map((generic) -> ResolvableType.forType(resolved(generic)))
			.toArray(ResolvableType[]::new);
		return ResolvableType.forClassWithGenerics(type.resolve(Object.class), generics).getType();
	}

}
