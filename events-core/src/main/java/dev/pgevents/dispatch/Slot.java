package dev.pgevents.dispatch;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import org.jspecify.annotations.Nullable;

/**
 * A place in a buffer: a link of the queue of all deliveries, and of the queue of its
 * app's.
 */
final class Slot {

	final Delivery delivery;

	@Nullable Slot previous;

	@Nullable Slot next;

	Slot(Delivery delivery) {
		this.delivery = delivery;
	}

	boolean isGap() {
		return !(this.delivery instanceof Event);
	}

}
