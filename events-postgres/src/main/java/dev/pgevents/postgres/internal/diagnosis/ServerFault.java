package dev.pgevents.postgres.internal.diagnosis;

import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

import org.jspecify.annotations.Nullable;

/**
 * Known faults of versions of PostgreSQL that keep events from arriving.
 */
public final class ServerFault {

	private static final Pattern VERSION = Pattern.compile("^(\\d+)(?:\\.(\\d+))?.*", Pattern.DOTALL);

	private static final int OLDEST_TESTED = 14;

	/**
	 * By major version, the first minor version in which VACUUM leaves the commit status
	 * of transactions (pg_xact) that unread notifications still need. Before, whoever
	 * reads them fails with 58P01 ("could not access status of transaction"), at each
	 * LISTEN again, until all listening sessions have ended. Mended in PostgreSQL's
	 * repository on November 12, 2025 ("Fix bug where we truncated CLOG that was still
	 * needed by LISTEN/NOTIFY"), after the minor versions of that month had been made, so
	 * in the next ones.
	 */
	private static final Map<Integer, Integer> KEEPS_STATUS_OF_NOTIFICATIONS = Map.of(14, 21, 15, 16, 16, 12, 17, 8, 18,
			2);

	private ServerFault() {
	}

	/**
	 * The fault of a version.
	 * @param version as the server gives it
	 * @return a sentence, without a full stop, or null if none is known
	 */
	public static @Nullable String of(String version) {
		Matcher matcher = VERSION.matcher(version);
		if (!matcher.matches()) {
			return null;
		}
		int major = Integer.parseInt(matcher.group(1));
		if (major < OLDEST_TESTED) {
			return "PostgreSQL " + major + " is older than what this library is tested with: update to " + OLDEST_TESTED
					+ " or later";
		}
		Integer mended = KEEPS_STATUS_OF_NOTIFICATIONS.get(major);
		String minor = matcher.group(2);
		if (mended == null || minor == null || Integer.parseInt(minor) >= mended) {
			return null;
		}
		return "PostgreSQL " + major + "." + minor + " has a known fault: VACUUM may remove what unread notifications "
				+ "need, and listening then fails with 58P01 (could not access status of transaction). Update to "
				+ major + "." + mended + " or later";
	}

}
