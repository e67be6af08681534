package dev.pgevents.internal.dispatch;

import org.jspecify.annotations.Nullable;

/**
 * Slots in order, any of which can be taken out or replaced in constant time.
 */
final class SlotList {

	private @Nullable Slot first;

	private @Nullable Slot last;

	@Nullable Slot first() {
		return this.first;
	}

	@Nullable Slot last() {
		return this.last;
	}

	void append(Slot slot) {
		insertAfter(this.last, slot);
	}

	/** Inserts after a slot, or at the front after null. */
	void insertAfter(@Nullable Slot before, Slot slot) {
		Slot after = (before != null) ? before.next : this.first;
		slot.previous = before;
		slot.next = after;
		if (before != null) {
			before.next = slot;
		}
		else {
			this.first = slot;
		}
		if (after != null) {
			after.previous = slot;
		}
		else {
			this.last = slot;
		}
	}

	void remove(Slot slot) {
		Slot before = slot.previous;
		Slot after = slot.next;
		if (before != null) {
			before.next = after;
		}
		else {
			this.first = after;
		}
		if (after != null) {
			after.previous = before;
		}
		else {
			this.last = before;
		}
		slot.previous = null;
		slot.next = null;
	}

}
