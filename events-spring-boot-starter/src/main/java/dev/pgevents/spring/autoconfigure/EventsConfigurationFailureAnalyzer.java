package dev.pgevents.spring.autoconfigure;

import dev.pgevents.spring.EventsConfigurationException;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says what about the application's events cannot work, and what to do.
 */
final class EventsConfigurationFailureAnalyzer extends AbstractFailureAnalyzer<EventsConfigurationException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, EventsConfigurationException cause) {
		return new FailureAnalysis(cause.description() + ".", cause.action(), cause);
	}

}
