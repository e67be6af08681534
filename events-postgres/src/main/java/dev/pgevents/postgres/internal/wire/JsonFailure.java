package dev.pgevents.postgres.internal.wire;

import java.util.ArrayList;
import java.util.List;

import dev.pgevents.internal.log.LogText;
import org.jspecify.annotations.Nullable;

/**
 * Stands for an exception of Jackson's, or of a payload class's own, where its message
 * quotes what does not belong into a log as it is: line breaks, escape sequences, or more
 * than can be read. Its stack trace is that of the original.
 */
public final class JsonFailure extends Exception {

	private static final long serialVersionUID = 1L;

	private static final int LIMIT = 2000;

	/** How deep causes are followed. */
	private static final int CAUSES = 10;

	/** The line break that Jackson itself puts before the place. */
	private static final String PLACE = "\n at [Source: ";

	private JsonFailure(Throwable original, @Nullable Throwable cause) {
		super(shown(original.toString()), cause, false, true);
		setStackTrace(original.getStackTrace());
	}

	/**
	 * An exception that may be logged.
	 * @param ex any exception
	 * @return the exception itself where neither its message nor those of its causes have
	 * anything to hide
	 */
	public static Throwable of(Throwable ex) {
		List<Throwable> chain = new ArrayList<>();
		for (Throwable each = ex; each != null && chain.size() < CAUSES; each = each.getCause()) {
			chain.add(each);
		}
		if (chain.stream().allMatch((each) -> LogText.isPlain(inOneLine(each.toString()), LIMIT))) {
			return ex;
		}
		Throwable copy = null;
		for (int i = chain.size() - 1; i >= 0; i--) {
			copy = new JsonFailure(chain.get(i), copy);
		}
		return (copy != null) ? copy : ex;
	}

	private static String shown(String message) {
		return LogText.of(inOneLine(message), LIMIT);
	}

	private static String inOneLine(String message) {
		return message.replace(PLACE, PLACE.substring(1));
	}

}
