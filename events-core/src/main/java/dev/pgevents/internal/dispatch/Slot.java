package dev.pgevents.internal.dispatch;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import org.jspecify.annotations.Nullable;

/**
 * A place in a buffer: a link of the queue of all deliveries.
 */
final class Slot {

	/** Only a gap is ever replaced, by one that has taken in another. */
	Delivery delivery;

	@Nullable Slot previous;

	@Nullable Slot next;

	Slot(Delivery delivery) {
		this.delivery = delivery;
	}

	boolean isGap() {
		return !(this.delivery instanceof Event);
	}

}
