package dev.pgevents.sample;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.context.annotation.Conditional;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * A bean of a service that may run in another process.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Conditional(ConditionalOnService.OnService.class)
@interface ConditionalOnService {

	/**
	 * Whose bean it is.
	 * @return the service
	 */
	NodeService value();

	/** Whether the service runs in this process. */
	final class OnService implements Condition {

		@Override
		public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
			NodeService service = metadata.getAnnotations()
				.get(ConditionalOnService.class)
				.getEnum("value", NodeService.class);
			return NodeService.selected(context.getEnvironment()).contains(service);
		}

	}

}
