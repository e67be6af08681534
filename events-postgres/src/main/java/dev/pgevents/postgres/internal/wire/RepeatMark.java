package dev.pgevents.postgres.internal.wire;

/**
 * The field {@code n} that makes a notification differ from an equal one in the same
 * transaction, of which PostgreSQL would deliver only one. It stands first, where it is
 * found at once, and means nothing else.
 */
public final class RepeatMark {

	private static final String BEFORE = "{\"n\":";

	private RepeatMark() {
	}

	/**
	 * Marks a notification.
	 * @param notification a JSON object that begins with its first field
	 * @param number what no equal notification of the transaction is marked with
	 * @return the same object with a field more
	 */
	public static String of(String notification, int number) {
		return BEFORE + number + ',' + notification.substring(1);
	}

	/** Begins a notification that is marked. */
	static void begin(int number, StringBuilder json) {
		json.append(BEFORE).append(number).append(',');
	}

	/**
	 * Whether a notification is marked.
	 * @param notification a notification of this library's
	 * @return whether it begins with a mark
	 */
	public static boolean isIn(String notification) {
		return notification.startsWith(BEFORE);
	}

	/**
	 * Takes a mark away, where there is one as {@link #of} makes it.
	 * @param notification any text
	 * @return the text without the mark
	 */
	static String without(String notification) {
		if (!notification.startsWith(BEFORE)) {
			return notification;
		}
		int end = BEFORE.length();
		while (end < notification.length() && notification.charAt(end) >= '0' && notification.charAt(end) <= '9') {
			end++;
		}
		return notification.startsWith(",\"", end) ? '{' + notification.substring(end + 1) : notification;
	}

}
