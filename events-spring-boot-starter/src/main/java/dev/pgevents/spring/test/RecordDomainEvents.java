package dev.pgevents.spring.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Records, during each test method of the class, the events that the application of the
 * test publishes and handles. {@link DomainEvents} has them, and
 * {@link DomainEventScenario} waits for them; both are beans of the test's application
 * context, and may be parameters of test methods. Tests with and without the annotation
 * share their application contexts.
 *
 * @since 0.1
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(DomainEventsParameters.class)
public @interface RecordDomainEvents {

}
