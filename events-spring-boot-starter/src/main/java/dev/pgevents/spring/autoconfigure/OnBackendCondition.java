package dev.pgevents.spring.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Reads {@code events.backend} as the properties are read, so that a value that is none
 * fails the start with the list of those that are.
 */
final class OnBackendCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		EventsProperties.Backend wanted = metadata.getAnnotations()
			.get(ConditionalOnBackend.class)
			.getEnum("value", EventsProperties.Backend.class);
		EventsProperties.Backend backend = backend(context.getEnvironment());
		ConditionMessage message = ConditionMessage.forCondition(ConditionalOnBackend.class, wanted)
			.because("events.backend is " + backend);
		return new ConditionOutcome(backend == wanted, message);
	}

	private static EventsProperties.Backend backend(Environment environment) {
		return Binder.get(environment)
			.bind("events.backend", EventsProperties.Backend.class)
			.orElse(EventsProperties.Backend.POSTGRES);
	}

}
