package dev.pgevents.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.event.EventListener;

/**
 * Holds several {@link OnDomainEvent} annotations of one method; each is a subscription
 * of its own.
 *
 * @since 0.1
 */
@Documented
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@EventListener(defaultExecution = false) // else Spring would not look at the method
public @interface OnDomainEvents {

	/**
	 * The annotations.
	 * @return one subscription each
	 */
	OnDomainEvent[] value();

}
