package dev.pgevents.internal.group;

import java.util.List;

import dev.pgevents.Event;

/**
 * A part of a partition.
 *
 * @param events in the order of their positions
 * @param more whether there may be others behind them
 * @param expired the position up to which events are kept no longer, 0 for none
 */
public record Page(List<Event> events, boolean more, long expired) {

	/**
	 * Copies the events.
	 */
	public Page {
		events = List.copyOf(events);
	}

}
