package dev.pgevents.internal.dispatch;

/**
 * What a handler that was idle has to do: the application's code, which may take any
 * time.
 *
 * @since 0.1
 */
public interface HandlerTask extends Runnable {

	/**
	 * Whether the handler has been so quick, and for so long, that it is likely to be
	 * again.
	 * @return true if its latest calls took less than a wake-up costs those who wait
	 */
	boolean isQuick();

}
