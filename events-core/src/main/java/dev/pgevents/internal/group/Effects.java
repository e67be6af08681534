package dev.pgevents.internal.group;

import dev.pgevents.Event;

/**
 * What may follow from a {@link Change}. Called by the thread that has made it, which
 * holds no lock any more.
 */
interface Effects {

	/** The store's task has something to do. */
	void work();

	/** Has the owners of partitions looked for before long: one may be gone. */
	void lookSoon();

	/** Events were handled: {@link CursorMoves#due()} is to be called before long. */
	void acknowledgeSoon();

	/**
	 * A handler is to be called with an event, which it then begins.
	 * @param member whose handler
	 * @param event the event
	 */
	void offer(Member member, Event event);

}
