package dev.pgevents.spring.internal.listener;

/**
 * Knows whether the current thread is in a call of the application's handlers.
 */
final class HandlerCall {

	/**
	 * Stays with the thread, whose next call needs it again; an array keeps no class
	 * loader of an application alive.
	 */
	private static final ThreadLocal<boolean[]> CURRENT = ThreadLocal.withInitial(() -> new boolean[1]);

	private HandlerCall() {
	}

	static boolean isCurrent() {
		return CURRENT.get()[0];
	}

	/**
	 * Begins a call.
	 * @return for {@link #end}
	 */
	static boolean begin() {
		boolean[] current = CURRENT.get();
		boolean outer = current[0];
		current[0] = true;
		return outer;
	}

	/** Ends a call: the thread may still be in another one. */
	static void end(boolean outer) {
		CURRENT.get()[0] = outer;
	}

}
