/**
 * Observations of publishing and handling, with the trace context in the events' headers.
 * Where Micrometer is not on the classpath, or nobody observes, there are none.
 */
@NullMarked
package dev.pgevents.spring.observation;

import org.jspecify.annotations.NullMarked;
