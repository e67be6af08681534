package dev.pgevents.postgres;

/**
 * Called for each change of a bus's {@link ConnectionState}, in order and one at a time,
 * on the thread that made it, mostly the listening one: it must not block, and what it
 * throws is logged and otherwise ignored.
 *
 * @since 0.1
 */
@FunctionalInterface
public interface ConnectionListener {

	/**
	 * The state has changed.
	 * @param previous the state before
	 * @param current the state now
	 */
	void onStateChange(ConnectionState previous, ConnectionState current);

}
