package dev.pgevents.spring.internal.condition;

import org.springframework.boot.autoconfigure.condition.ConditionMessage;
import org.springframework.boot.autoconfigure.condition.ConditionOutcome;
import org.springframework.boot.autoconfigure.condition.SpringBootCondition;
import org.springframework.boot.context.properties.bind.BindResult;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Matches where a property is true, read as the properties are read. Boot's own condition
 * takes {@code on}, or a mistyped {@code ture}, for false, and what is missing then is
 * missing without a reason; here a value that is none fails the start.
 */
public abstract class BoundPropertyCondition extends SpringBootCondition {

	private final boolean otherwise;

	private final String[] names;

	/**
	 * Looks at properties.
	 * @param otherwise what counts where none is there
	 * @param names the properties, of which the first that is there counts
	 */
	protected BoundPropertyCondition(boolean otherwise, String... names) {
		this.otherwise = otherwise;
		this.names = names.clone();
	}

	@Override
	public final ConditionOutcome getMatchOutcome(ConditionContext context, AnnotatedTypeMetadata metadata) {
		boolean matches = value(Binder.get(context.getEnvironment()));
		return new ConditionOutcome(matches, ConditionMessage.of(String.join(", else ", this.names) + ": " + matches));
	}

	private boolean value(Binder binder) {
		for (String name : this.names) {
			BindResult<Boolean> bound = binder.bind(name, Boolean.class);
			if (bound.isBound()) {
				return bound.get();
			}
		}
		return this.otherwise;
	}

}
