package dev.pgevents.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Marks the app id: on a {@code String} parameter of a handler method, which is null for
 * events without app id, and on the component (or the field, the getter, or the
 * constructor's parameter) of a {@link DomainEvent} payload that names the app the event
 * is about.
 *
 * @since 0.1
 */
@Documented
@Target({ ElementType.PARAMETER, ElementType.RECORD_COMPONENT, ElementType.FIELD, ElementType.METHOD })
@Retention(RetentionPolicy.RUNTIME)
public @interface AppId {

}
