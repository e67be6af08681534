package dev.pgevents.internal.dispatch;

/**
 * What a handler that was idle has to do: the application's code, which may take any
 * time.
 */
interface HandlerTask extends Runnable {

	/**
	 * Whether the handler is expected to come back soon.
	 * @return true if it is quick, as {@link Pace} says what that means
	 */
	boolean isQuick();

}
