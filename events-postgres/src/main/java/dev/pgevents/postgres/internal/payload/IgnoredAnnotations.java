package dev.pgevents.postgres.internal.payload;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says which annotations of a payload class have no effect, since they are of the other
 * Jackson: one that masks a field would leave it unmasked without a word. Each class is
 * looked at once. Thread-safe.
 *
 * @since 0.1
 */
public final class IgnoredAnnotations {

	private static final Logger logger = LoggerFactory.getLogger(IgnoredAnnotations.class);

	private final String other;

	private final String remedy;

	private final Set<Class<?>> seen = ConcurrentHashMap.newKeySet();

	/**
	 * Looks for annotations of a package.
	 * @param other the package of those that are ignored
	 * @param remedy what to do
	 */
	public IgnoredAnnotations(String other, String remedy) {
		this.other = other + ".";
		this.remedy = remedy;
	}

	/**
	 * Warns of annotations that have no effect.
	 * @param type a payload class
	 */
	public void warn(Class<?> type) {
		if (type.isPrimitive() || type.isArray() || type.getName().startsWith("java.") || !this.seen.add(type)) {
			return;
		}
		List<String> ignored = elements(type).flatMap((element) -> Arrays.stream(element.getAnnotations()))
			.map(Annotation::annotationType)
			.map(Class::getName)
			.filter((name) -> name.startsWith(this.other))
			.distinct()
			.sorted()
			.toList();
		if (!ignored.isEmpty()) {
			logger.warn("{} of payload class {} have no effect: {}", ignored, type.getName(), this.remedy);
		}
	}

	private static Stream<AnnotatedElement> elements(Class<?> type) {
		Stream<AnnotatedElement> members = Stream
			.of(List.of(type.getDeclaredFields()), List.of(type.getDeclaredMethods()),
					List.of(type.getDeclaredConstructors()))
			.flatMap(Collection::stream);
		return Stream.concat(Stream.of(type), members);
	}

}
