/**
 * What {@link dev.pgevents.benchmarks.Soak} is made of: services, the faults that hit
 * them, and what is looked at in the end.
 */
@NullMarked
package dev.pgevents.benchmarks.soak;

import org.jspecify.annotations.NullMarked;
