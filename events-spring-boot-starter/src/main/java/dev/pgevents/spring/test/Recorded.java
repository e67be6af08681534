package dev.pgevents.spring.test;

import dev.pgevents.Event;
import org.jspecify.annotations.Nullable;

/**
 * Something that happened to an event.
 *
 * @param event the event
 * @param handler the handler that was called with it, or null where it was published
 * @param failure what the handler threw, or null
 */
record Recorded(Event event, @Nullable String handler, @Nullable Throwable failure) {

	static Recorded published(Event event) {
		return new Recorded(event, null, null);
	}

	boolean isPublished() {
		return this.handler == null;
	}

	boolean isHandled() {
		return this.handler != null && this.failure == null;
	}

}
