package dev.pgevents.spring.internal.listener;

import dev.pgevents.Event;
import org.jspecify.annotations.Nullable;

/**
 * Makes the arguments of a handler method.
 */
@FunctionalInterface
interface ArgumentResolver {

	/** The arguments for an event. */
	@Nullable Object[] resolve(Event event);

}
