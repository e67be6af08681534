package dev.pgevents.internal.group;

import java.time.Duration;
import java.util.Set;

import dev.pgevents.Event;
import org.jspecify.annotations.Nullable;

/**
 * What is held of a partition.
 *
 * @param apps the apps of held events, see {@link #app(Event)}
 * @param due when the next one is to be tried, or null if none is
 */
public record Held(Set<String> apps, @Nullable Duration due) {

	/** Nothing is held. */
	public static final Held NONE = new Held(Set.of(), null);

	/**
	 * Copies the apps.
	 */
	public Held {
		apps = Set.copyOf(apps);
	}

	/**
	 * The app within whose order an event is held.
	 * @param event the event
	 * @return the app's id; events without one have a partition of their own
	 */
	public static String app(Event event) {
		return (event.appId() != null) ? event.appId() : "";
	}

}
