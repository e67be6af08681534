package dev.pgevents.internal.group;

import java.sql.SQLException;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * Which failures of handlers are worth another attempt at once, which does not count.
 */
final class Transience {

	/** Serialization failure and deadlock: the server asks for another attempt. */
	private static final Set<String> STATES = Set.of("40001", "40P01");

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
