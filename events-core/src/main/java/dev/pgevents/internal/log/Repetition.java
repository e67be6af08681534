package dev.pgevents.internal.log;

/**
 * Which of what happens again and again is logged: the first, second, fourth, eighth and
 * so on, so that a million of them do not fill the log.
 *
 * @since 0.1
 */
public final class Repetition {

	private Repetition() {
	}

	/**
	 * Whether one of many is to be logged.
	 * @param count which one it is, from 1
	 * @return whether it is a power of two
	 */
	public static boolean isLogged(long count) {
		return Long.bitCount(count) == 1;
	}

}
