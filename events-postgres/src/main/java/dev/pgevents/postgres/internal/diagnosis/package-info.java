/**
 * Says in the user's words what keeps events from arriving, and which setting mends it:
 * from evidence that other packages gather, for the log, the health and the exceptions.
 */
@NullMarked
package dev.pgevents.postgres.internal.diagnosis;

import org.jspecify.annotations.NullMarked;
