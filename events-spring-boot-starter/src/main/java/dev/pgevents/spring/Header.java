package dev.pgevents.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks a {@code String} parameter of a handler method that takes a header of the event;
 * null where the event does not have it. On a {@code Map<String, String>} and without a
 * name, all headers.
 *
 * @since 0.1
 */
@Documented
@Target(ElementType.PARAMETER)
@Retention(RetentionPolicy.RUNTIME)
public @interface Header {

	/**
	 * The header's name.
	 * @return the name, as the publisher wrote it; by default the parameter's
	 */
	String value() default "";

}
