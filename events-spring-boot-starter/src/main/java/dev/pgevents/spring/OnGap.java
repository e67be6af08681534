package dev.pgevents.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.event.EventListener;

/**
 * Calls the method, whose only parameter is a {@link dev.pgevents.Gap}, where events for
 * the {@link OnDomainEvent} methods of the same bean may be missing: once for each of
 * their subscriptions that may have missed some, in order with its events, on its thread.
 *
 * @since 0.1
 */
@Documented
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@EventListener(defaultExecution = false) // lets Spring find the method
public @interface OnGap {

}
