package dev.pgevents.internal.dispatch;

/**
 * What a handler that was idle has to do: the application's code, which may take any
 * time.
 */
interface HandlerTask extends Runnable {

	/**
	 * How long the handler is expected to take for one event.
	 * @return the time, for ever if it is not quick, as {@link Pace} says what that means
	 */
	long expectedNanos();

	/**
	 * Does it, beginning now.
	 * @param now the present time, in {@code System.nanoTime()}
	 * @return the time at the end of it, or shortly before
	 */
	long run(long now);

	@Override
	default void run() {
		run(System.nanoTime());
	}

}
