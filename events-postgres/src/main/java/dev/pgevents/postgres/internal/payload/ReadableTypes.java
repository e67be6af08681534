package dev.pgevents.postgres.internal.payload;

import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.pgevents.PayloadConversionException;
import dev.pgevents.internal.log.LogText;
import org.jspecify.annotations.Nullable;

/**
 * Which types a mapper can read, down to the types of their properties: Jackson itself
 * finds most of what it cannot do when the JSON is there. The checks and the messages are
 * here, the search is that of a version of Jackson. Thread-safe.
 *
 * @since 0.1
 */
public abstract class ReadableTypes {

	private final IgnoredAnnotations ignored;

	/** Classes of published payloads that were checked. */
	private final Set<Class<?>> readableAgain = ConcurrentHashMap.newKeySet();

	/**
	 * Checks types.
	 * @param ignored annotations that the mapper does not know
	 */
	protected ReadableTypes(IgnoredAnnotations ignored) {
		this.ignored = ignored;
	}

	/**
	 * Checks a type that a handler declares.
	 * @param type the type
	 * @throws PayloadConversionException if it cannot be read, as far as one can know
	 */
	public final void checkReadable(Type type) {
		this.ignored.warn(rawClass(type));
		String problem = problem(type);
		if (problem != null) {
			throw new PayloadConversionException("nothing can be read as " + type.getTypeName() + ": " + problem);
		}
	}

	/**
	 * Checks the class of a payload that is to be published, once. Fails early: what
	 * cannot be read would fail at each event, in another process.
	 * @param type the class
	 * @throws PayloadConversionException if it could be written and not be read again
	 */
	public final void checkReadableAgain(Class<?> type) {
		if (this.readableAgain.contains(type)) {
			return;
		}
		this.ignored.warn(type);
		String problem = isNameable(type) && isWrittenByProperties(type) ? problem(type) : null;
		if (problem != null) {
			throw new PayloadConversionException("payload of class " + type.getName()
					+ " is not published, since no handler could read it again: " + problem);
		}
		this.readableAgain.add(type);
	}

	/** Whether a handler could declare it. */
	private static boolean isNameable(Class<?> type) {
		return !type.isAnonymousClass() && !type.isHidden() && !Proxy.isProxyClass(type);
	}

	/**
	 * The failure of a payload that Jackson cannot write.
	 * @param value the payload, or null
	 * @param message what Jackson says, without a place in the JSON
	 * @param cause the failure, without any of the JSON
	 * @return the failure
	 */
	public static PayloadConversionException unwritable(@Nullable Object value, @Nullable String message,
			Throwable cause) {
		return new PayloadConversionException(
				"payload of class " + ((value != null) ? value.getClass().getName() : "null")
						+ " cannot be written as JSON: " + LogText.of(String.valueOf(message), LogText.MESSAGE),
				cause);
	}

	/**
	 * Says why a type cannot be read.
	 * @param type the type
	 * @return the reason, or null if it can be read as far as one can know
	 */
	protected abstract @Nullable String problem(Type type);

	/**
	 * Whether values of a class become JSON objects of their properties.
	 * @param type the class
	 * @return whether they do
	 */
	protected abstract boolean isWrittenByProperties(Class<?> type);

	/**
	 * The class of a type.
	 * @param type the type
	 * @return the class
	 */
	protected abstract Class<?> rawClass(Type type);

	/**
	 * A type whose JSON names classes, where that is refused.
	 * @param type the type
	 * @return the reason
	 */
	protected static String readByClassNames(String type) {
		return type + " is read by class names in the JSON, which are refused: "
				+ "use @JsonTypeInfo(use = Id.NAME) with @JsonSubTypes";
	}

	/**
	 * A type that has subtypes, of which none is known.
	 * @param type the type
	 * @return the reason
	 */
	protected static String withoutSubtypes(String type) {
		return type + " is abstract, and no subtype is known: name them with @JsonSubTypes, or make it sealed";
	}

	/**
	 * An abstract type.
	 * @param type the type
	 * @return the reason
	 */
	protected static String isAbstract(String type) {
		return type + " is abstract, and nothing says which class to make of it";
	}

	/**
	 * A type without a constructor that Jackson can use.
	 * @param type the type
	 * @param rawClass its class
	 * @return the reason
	 */
	protected static String notConstructible(String type, Class<?> rawClass) {
		return type + " cannot be constructed: it has no default constructor, and no other that Jackson can use. "
				+ KotlinClass.remedy(rawClass, "Make it a record, compile it with -parameters, or use @JsonCreator");
	}

	/**
	 * A type with a property that cannot be read.
	 * @param problem the reason
	 * @param property the property
	 * @param type the type
	 * @return the reason, and where
	 */
	protected static String inProperty(String problem, String property, String type) {
		return problem + " (" + property + " of " + type + ")";
	}

}
