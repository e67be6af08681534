package dev.pgevents.sample;

import java.sql.SQLException;
import java.util.List;

import org.jspecify.annotations.Nullable;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says why the database that the user has named cannot be used. The node needs it at
 * start, for its tables.
 */
final class UnreachableDatabaseFailureAnalyzer extends AbstractFailureAnalyzer<SQLException> {

	/** Not connected, not let in, no such database. */
	private static final List<String> UNREACHABLE = List.of("08", "28", "3D");

	@Override
	protected @Nullable FailureAnalysis analyze(Throwable rootFailure, SQLException cause) {
		SQLException reason = cause;
		while (reason.getCause() instanceof SQLException deeper) { // the pool's, then the
																	// driver's
			reason = deeper;
		}
		String state = reason.getSQLState();
		if (state == null || UNREACHABLE.stream().noneMatch(state::startsWith)) {
			return null;
		}
		return new FailureAnalysis("The database cannot be reached. " + reason.getMessage(),
				"Check spring.datasource.url, spring.datasource.username and spring.datasource.password, or leave "
						+ "them out: the node then starts a PostgreSQL of its own.",
				cause);
	}

}
