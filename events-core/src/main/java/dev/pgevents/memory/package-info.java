/**
 * The event bus without a database: the same promises in one process, for tests and for
 * applications that have no second one.
 */
@NullMarked
package dev.pgevents.memory;

import org.jspecify.annotations.NullMarked;
