/**
 * Harnesses that measure the library beside what its users would otherwise write, as
 * ratios within one run. Never published.
 */
@NullMarked
package dev.pgevents.benchmarks;

import org.jspecify.annotations.NullMarked;
