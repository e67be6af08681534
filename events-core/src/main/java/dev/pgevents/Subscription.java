package dev.pgevents;

import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * A standing request for events. Thread-safe.
 *
 * @since 0.1
 */
public interface Subscription extends AutoCloseable {

	/**
	 * Returns the name given in the options, or one made up by the bus.
	 * @return the name, for logs and metrics
	 */
	String name();

	/**
	 * Returns the filter that says which events were asked for.
	 * @return the filter
	 */
	SubscriptionFilter filter();

	/**
	 * Completes once listening has begun: what is published after that arrives. Stays
	 * completed through reconnections, which are given as gaps. Fails if the subscription
	 * is closed first, and at once where listening is switched off.
	 * @return a future of the caller's own: completing or cancelling it changes nothing
	 */
	CompletableFuture<Void> ready();

	/**
	 * Returns what has happened so far.
	 * @return a snapshot
	 */
	SubscriptionStats stats();

	/**
	 * Returns the calls of the handler that are under way, the slow ones among them.
	 * @return a snapshot; empty where none is, and where a subscription has no handler
	 */
	default Collection<RunningHandler> running() {
		return List.of();
	}

	/**
	 * Begins no call of the handler until {@link #resume()}; one that is under way goes
	 * on. Events and gaps still arrive, and wait in the buffer as long as that has room.
	 * @throws UnsupportedOperationException if there is no handler, or what gives it its
	 * events cannot wait
	 */
	default void pause() {
		throw new UnsupportedOperationException("subscription " + name() + " cannot be paused");
	}

	/**
	 * Gives the handler what has waited, and what arrives. Does nothing where it is not
	 * paused.
	 */
	default void resume() {
	}

	/**
	 * Returns whether the handler is kept from its events.
	 * @return whether {@link #pause()} was called, and {@link #resume()} not since
	 */
	default boolean isPaused() {
		return false;
	}

	/**
	 * Ends the subscription and waits for the events in hand, for as long as the bus's
	 * shutdown timeout says: a handler that takes longer is named in the log and goes on.
	 * What is still waiting in the buffer is discarded. Closing again waits again. When
	 * called from any handler of the bus it does not wait, so that handlers can close
	 * their own and each other's subscriptions. An interrupt ends the wait and stays set.
	 */
	@Override
	void close();

}
