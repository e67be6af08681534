package dev.pgevents.spring.internal.payload;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Which class the payload of an event is read as, by the event's type.
 *
 * @param classes a class for each event type; empty where nothing says which types there
 * are
 * @since 0.1
 */
public record PayloadTypes(Map<String, Class<?>> classes) {

	/**
	 * What a declared type says: the {@link dev.pgevents.spring.DomainEvent} of the class
	 * itself, or those of the subtypes of an abstract one.
	 * @param declared the declared type
	 * @param payloadClasses finds subtypes
	 * @param readable whether JSON can be read as a class without choosing another
	 * @return what it says
	 * @throws IllegalArgumentException if there is no telling which class an event type
	 * stands for, or a class has annotations that cannot work; says what to do
	 */
	public static PayloadTypes of(Class<?> declared, PayloadClasses payloadClasses, Predicate<Class<?>> readable) {
		String own = PayloadClass.isAnnotated(declared) ? PayloadClass.of(declared).type().value() : null;
		if (PayloadClasses.isConcrete(declared) && !declared.isSealed()) {
			return new PayloadTypes((own != null) ? Map.of(own, declared) : Map.of());
		}
		Map<String, Set<Class<?>>> found = payloadClasses.under(declared)
			.stream()
			.collect(Collectors.groupingBy((each) -> PayloadClass.of(each).type().value(), LinkedHashMap::new,
					Collectors.toSet()));
		boolean readableItself = !PayloadClasses.isConcrete(declared) && readable.test(declared);
		if (found.isEmpty()) {
			return new PayloadTypes((own != null && readableItself) ? Map.of(own, declared) : Map.of());
		}
		Map<String, Class<?>> classes = new LinkedHashMap<>();
		found
			.forEach((type, subtypes) -> classes.put(type, readableItself ? declared : only(declared, type, subtypes)));
		return new PayloadTypes(classes);
	}

	private static Class<?> only(Class<?> declared, String type, Set<Class<?>> subtypes) {
		if (subtypes.size() > 1) {
			throw new IllegalArgumentException("an event " + type + " could be each of "
					+ subtypes.stream().map(Class::getName).sorted().collect(Collectors.joining(", "))
					+ ": give each a " + "@DomainEvent of its own, or let @JsonTypeInfo on " + declared.getName()
					+ " distinguish them");
		}
		return subtypes.iterator().next();
	}

}
