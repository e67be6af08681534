package dev.pgevents.internal.group;

import java.sql.SQLException;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Which failures of handlers are worth another attempt at once, which does not count.
 */
final class Transience {

	private static final String SERIALIZATION_FAILURE = "40001";

	private static final String DEADLOCK_DETECTED = "40P01";

	/** The server asks for another attempt. */
	private static final Set<String> STATES = Set.of(SERIALIZATION_FAILURE, DEADLOCK_DETECTED);

	/** How far causes are followed, which may go round in a circle. */
	private static final int CAUSES = 20;

	private Transience() {
	}

	static boolean isTransient(Throwable error) {
		Throwable cause = error;
		for (int i = 0; i < CAUSES && cause != null; i++) {
			if (cause instanceof SQLException failure && STATES.contains(state(failure))) {
				return true;
			}
			cause = cause.getCause();
		}
		return false;
	}

	private static String state(SQLException failure) {
		@Nullable String state = failure.getSQLState();
		return (state != null) ? state : "";
	}

}
