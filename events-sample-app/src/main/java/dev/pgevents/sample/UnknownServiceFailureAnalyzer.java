package dev.pgevents.sample;

import java.util.EnumSet;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says which services there are.
 */
final class UnknownServiceFailureAnalyzer extends AbstractFailureAnalyzer<UnknownServiceException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnknownServiceException cause) {
		return new FailureAnalysis(cause.getMessage(),
				"Name some of " + NodeService.names(EnumSet.allOf(NodeService.class))
						+ " in --services, or leave it out to run all of them.",
				cause);
	}

}
