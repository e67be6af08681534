/**
 * Observations of publishing and handling, with the trace context in the events' headers.
 * Where Micrometer is not on the classpath, or there is no ObservationRegistry, there are
 * none.
 */
@NullMarked
package dev.pgevents.spring.internal.observation;

import org.jspecify.annotations.NullMarked;
