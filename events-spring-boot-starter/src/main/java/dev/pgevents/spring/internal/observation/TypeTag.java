package dev.pgevents.spring.internal.observation;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.pgevents.EventType;

/**
 * The event type as the tag of a meter. A client of the database may send any type, so
 * that only the first so many have a value of their own. Thread-safe.
 *
 * @since 0.1
 */
public final class TypeTag {

	/** The tag's name, on every meter and observation. */
	public static final String NAME = "type";

	/** How many types have a value of their own. */
	public static final int MOST = 100;

	/** The value of all others. */
	public static final String OTHER = "other";

	private final Set<String> types = ConcurrentHashMap.newKeySet();

	/**
	 * The tag's value.
	 * @param type the event's type
	 * @return the type, or {@value #OTHER} for one too many
	 */
	public String of(EventType type) {
		String value = type.value();
		if (this.types.contains(value)) {
			return value;
		}
		if (this.types.size() >= MOST) {
			return OTHER;
		}
		this.types.add(value);
		return value;
	}

}
