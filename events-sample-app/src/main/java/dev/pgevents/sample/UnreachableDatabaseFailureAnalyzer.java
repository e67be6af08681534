package dev.pgevents.sample;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.jdbc.CannotGetJdbcConnectionException;

/**
 * Says why the database that the user has named cannot be used. The node needs it at
 * start, for its tables.
 */
final class UnreachableDatabaseFailureAnalyzer extends AbstractFailureAnalyzer<CannotGetJdbcConnectionException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, CannotGetJdbcConnectionException cause) {
		Throwable reason = (cause.getCause() != null) ? cause.getCause() : cause;
		return new FailureAnalysis("The database cannot be reached. " + reason.getMessage(),
				"Check spring.datasource.url, spring.datasource.username and spring.datasource.password, or leave "
						+ "them out: the node then starts a PostgreSQL of its own.",
				cause);
	}

}
