package dev.pgevents.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.springframework.context.event.EventListener;

/**
 * The hybrid pattern, a {@link dev.pgevents.SyncLoop} around the method: it runs at
 * start, as soon as a matching event arrives, after every gap, and every interval; never
 * twice at a time, a burst of events is one run, and a failed run is tried again. The
 * method takes nothing or a {@link dev.pgevents.SyncTrigger}. {@code ${…}} is resolved in
 * every attribute.
 *
 * @since 0.1
 */
@Documented
@Target({ ElementType.METHOD, ElementType.ANNOTATION_TYPE })
@Retention(RetentionPolicy.RUNTIME)
@EventListener(defaultExecution = false) // lets Spring find the method
public @interface SyncOnDomainEvent {

	/**
	 * Which event types; one may end in {@code .*}.
	 * @return event types; all by default
	 */
	String[] types() default {};

	/**
	 * Which apps.
	 * @return app ids; all by default
	 */
	String[] apps() default {};

	/**
	 * How often to run when nothing arrives.
	 * @return a duration such as {@code 30s} or {@code PT30S}
	 */
	String every() default "30s";

}
