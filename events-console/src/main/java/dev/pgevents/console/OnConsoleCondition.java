package dev.pgevents.console;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Reads {@code events.console.enabled} as the properties are read: Boot's own condition
 * takes {@code on}, or a mistyped {@code ture}, for false, and there is no page and no
 * reason.
 */
final class OnConsoleCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		boolean enabled = Binder.get(context.getEnvironment())
			.bind("events.console.enabled", Boolean.class)
			.orElse(false);
		ConditionMessage message = ConditionMessage.forCondition("events console")
			.because("events.console.enabled is " + enabled);
		return new ConditionOutcome(enabled, message);
	}

}
