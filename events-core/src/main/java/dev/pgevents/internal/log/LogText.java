package dev.pgevents.internal.log;

/**
 * Text that others wrote, fit for a log line or a message: short, on one line, and with
 * nothing in it that a terminal or a viewer obeys.
 *
 * @since 0.1
 */
public final class LogText {

	/** How much of an app id or another name is shown, in characters. */
	public static final int NAME = 100;

	/** How much of a message or a value is shown, in characters. */
	public static final int MESSAGE = 500;

	private LogText() {
	}

	/**
	 * Escapes as JSON does what is not for display: control and format characters
	 * (bidirectional overrides among them), line and paragraph separators, halves of
	 * surrogate pairs. Cuts off what is too long.
	 * @param text any text
	 * @param limit how many characters of it are shown
	 * @return the text itself where there is nothing to do
	 */
	public static String of(String text, int limit) {
		if (isPlain(text, limit)) {
			return text;
		}
		StringBuilder shown = new StringBuilder();
		int end = Math.min(text.length(), limit);
		for (int i = 0; i < end; i += Character.charCount(text.codePointAt(i))) {
			append(text.codePointAt(i), shown);
		}
		return (text.length() > limit) ? shown.append("...").toString() : shown.toString();
	}

	/**
	 * Whether there is nothing to escape and nothing to cut off.
	 * @param text any text
	 * @param limit how many characters may be shown
	 * @return whether it can be shown as it is
	 */
	public static boolean isPlain(String text, int limit) {
		return text.length() <= limit && text.codePoints().allMatch(LogText::isShown);
	}

	private static void append(int codePoint, StringBuilder shown) {
		if (isShown(codePoint)) {
			shown.appendCodePoint(codePoint);
			return;
		}
		switch (codePoint) {
			case '\n' -> shown.append("\\n");
			case '\r' -> shown.append("\\r");
			case '\t' -> shown.append("\\t");
			default -> {
				for (char c : Character.toChars(codePoint)) {
					shown.append(String.format("\\u%04x", (int) c));
				}
			}
		}
	}

	private static boolean isShown(int codePoint) {
		if (codePoint >= ' ' && codePoint <= '~') {
			return true;
		}
		return switch (Character.getType(codePoint)) {
			case Character.CONTROL, Character.FORMAT, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR,
					Character.SURROGATE ->
				false;
			default -> true;
		};
	}

}
