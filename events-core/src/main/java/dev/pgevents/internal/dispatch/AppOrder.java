package dev.pgevents.internal.dispatch;

import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import dev.pgevents.Event;
import org.jspecify.annotations.Nullable;

/**
 * Which waiting events may be handled beside each other: the oldest one of each app of
 * which none is being handled, up to the first gap. Not thread-safe.
 */
final class AppOrder {

	private static final String NO_APP = "\0";

	private final Map<String, ArrayDeque<Slot>> waiting = new HashMap<>();

	/** Apps with a waiting event and none in hand, in the order they became so. */
	private final Set<String> free = new LinkedHashSet<>();

	private final Set<String> busy = new HashSet<>();

	private boolean behindGap;

	void added(Slot slot) {
		if (!this.behindGap) {
			admit(slot);
		}
	}

	/** A gap came after all others: what waits already stands before it. */
	void gapAppended() {
		this.behindGap = true;
	}

	/**
	 * A gap came or went elsewhere: what stands before the first one is admitted anew.
	 */
	void changed(SlotList slots) {
		this.waiting.clear();
		this.free.clear();
		this.behindGap = false;
		for (Slot slot = slots.first(); slot != null; slot = slot.next) {
			if (slot.isGap()) {
				this.behindGap = true;
				return;
			}
			admit(slot);
		}
	}

	void removed(Slot slot) {
		String app = app(slot);
		ArrayDeque<Slot> queue = this.waiting.get(app);
		if (queue != null && queue.remove(slot) && queue.isEmpty()) {
			this.waiting.remove(app);
			this.free.remove(app);
		}
	}

	void taken(Slot slot) {
		String app = app(slot);
		this.busy.add(app);
		this.free.remove(app);
	}

	void done(Event event) {
		String app = app(event);
		this.busy.remove(app);
		if (this.waiting.containsKey(app)) {
			this.free.add(app);
		}
	}

	@Nullable Slot next() {
		if (this.free.isEmpty()) {
			return null;
		}
		ArrayDeque<Slot> queue = this.waiting.get(this.free.iterator().next());
		return (queue != null) ? queue.peek() : null;
	}

	private void admit(Slot slot) {
		String app = app(slot);
		ArrayDeque<Slot> queue = this.waiting.computeIfAbsent(app, (key) -> new ArrayDeque<>());
		if (queue.isEmpty() && !this.busy.contains(app)) {
			this.free.add(app);
		}
		queue.add(slot);
	}

	private static String app(Slot slot) {
		return (slot.delivery instanceof Event event) ? app(event) : NO_APP;
	}

	private static String app(Event event) {
		return (event.appId() != null) ? event.appId() : NO_APP;
	}

}
