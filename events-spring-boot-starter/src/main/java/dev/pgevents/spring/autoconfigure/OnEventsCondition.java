package dev.pgevents.spring.autoconfigure;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Reads {@code events.enabled} as the properties are read. Boot's own condition would
 * take {@code on}, or a mistyped {@code ture}, for false, and no event would be missed
 * before production.
 */
final class OnEventsCondition extends SpringBootCondition {

	@Override
	public ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		boolean enabled = Binder.get(context.getEnvironment()).bind("events.enabled", Boolean.class).orElse(true);
		ConditionMessage message = ConditionMessage.forCondition(ConditionalOnEvents.class)
			.because("events.enabled is " + enabled);
		return new ConditionOutcome(enabled, message);
	}

}
