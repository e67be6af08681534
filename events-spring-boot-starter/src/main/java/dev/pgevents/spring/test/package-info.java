/**
 * For tests of applications that publish and handle events: what was published and
 * handled is recorded, whichever thread did it
 * ({@link dev.pgevents.spring.test.RecordDomainEvents}), test slices have a
 * {@link dev.pgevents.Publisher} that sends nothing, and of the application contexts that
 * Spring keeps between test classes only those in use hear events. Needs spring-test, and
 * JUnit Jupiter for parameters of test methods.
 */
@NullMarked
package dev.pgevents.spring.test;

import org.jspecify.annotations.NullMarked;
