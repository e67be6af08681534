/**
 * What surrounds each call of a handler and each publishing: interceptors, task
 * decorators, a clean thread, and the check that a handler does not publish the event it
 * is handling.
 */
@NullMarked
package dev.pgevents.spring.internal.handling;

import org.jspecify.annotations.NullMarked;
