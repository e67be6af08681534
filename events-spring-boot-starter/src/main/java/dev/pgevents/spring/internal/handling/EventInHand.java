package dev.pgevents.spring.internal.handling;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.Gap;
import org.jspecify.annotations.Nullable;

/**
 * The event that the current thread is handling.
 */
final class EventInHand {

	private static final ThreadLocal<@Nullable Event> current = new ThreadLocal<>();

	private EventInHand() {
	}

	/** The event, or null if none is being handled. */
	static @Nullable Event current() {
		return current.get();
	}

	/** A handler that holds each event while it handles it. */
	static EventHandler held(EventHandler handler) {
		return new EventHandler() {

			@Override
			public void onEvent(Event event) throws Exception {
				current.set(event);
				try {
					handler.onEvent(event);
				}
				finally {
					current.remove();
				}
			}

			@Override
			public void onGap(Gap gap) throws Exception {
				handler.onGap(gap);
			}

		};
	}

}
