package dev.pgevents.spring.internal.listener;

import dev.pgevents.spring.EventsConfigurationException;

import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Starts that are to fail.
 */
final class Refusals {

	private Refusals() {
	}

	/** A handler fails the start, which says where, what and what to do. */
	static void assertRefused(ApplicationContextRunner runner, Class<?> handler, String problem, String action) {
		runner.withBean("culprit", handler).run((context) -> {
			assertThat(context).hasFailed();
			EventsConfigurationException refusal = refusal(context.getStartupFailure());
			assertThat(refusal.description()).contains("bean 'culprit'", handler.getName(), problem);
			assertThat(refusal.action()).contains(action);
		});
	}

	static EventsConfigurationException refusal(Throwable failure) {
		Throwable cause = failure;
		while (cause != null && !(cause instanceof EventsConfigurationException)) {
			cause = cause.getCause();
		}
		assertThat(cause).as("refusal in " + failure).isNotNull();
		return (EventsConfigurationException) cause;
	}

}
