package dev.pgevents.spring.internal.handling;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.Gap;
import org.jspecify.annotations.Nullable;

/**
 * The event that the current thread is handling.
 */
final class EventInHand {

	/**
	 * Stays with the thread, whose next event needs it again; empty in between, it keeps
	 * no class loader of an application alive.
	 */
	private static final ThreadLocal<@Nullable Object[]> PLACE = ThreadLocal.withInitial(() -> new Object[1]);

	private EventInHand() {
	}

	/** The event, or null if none is being handled. */
	static @Nullable Event current() {
		return (Event) PLACE.get()[0];
	}

	/** A handler that holds each event while it handles it. */
	static EventHandler held(EventHandler handler) {
		return new EventHandler() {

			@Override
			public void onEvent(Event event) throws Exception {
				@Nullable Object[] place = PLACE.get();
				Object outer = place[0];
				place[0] = event;
				try {
					handler.onEvent(event);
				}
				finally {
					place[0] = outer;
				}
			}

			@Override
			public void onGap(Gap gap) throws Exception {
				handler.onGap(gap);
			}

		};
	}

}
