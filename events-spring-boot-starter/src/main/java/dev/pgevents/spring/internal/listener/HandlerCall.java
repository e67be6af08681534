package dev.pgevents.spring.internal.listener;

/**
 * Knows whether the current thread is in a call of the application's handlers.
 */
final class HandlerCall {

	private static final ThreadLocal<Boolean> CURRENT = new ThreadLocal<>();

	private HandlerCall() {
	}

	static boolean isCurrent() {
		return Boolean.TRUE.equals(CURRENT.get());
	}

	/** Calls a handler. */
	static void run(Handler handler) throws Exception {
		boolean outer = isCurrent();
		CURRENT.set(true);
		try {
			handler.call();
		}
		finally {
			if (!outer) {
				CURRENT.remove();
			}
		}
	}

	/** A call that may fail. */
	@FunctionalInterface
	interface Handler {

		void call() throws Exception;

	}

}
