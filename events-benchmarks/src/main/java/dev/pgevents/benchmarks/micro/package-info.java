/**
 * What the parts of the path cost by themselves. Public because JMH generates subclasses
 * and callers.
 */
@NullMarked
package dev.pgevents.benchmarks.micro;

import org.jspecify.annotations.NullMarked;
