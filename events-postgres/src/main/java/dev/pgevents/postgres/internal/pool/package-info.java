/**
 * What a connection pool says of where its connections go, and as whom, so that the bus
 * can open its own beside them. Read anew at every attempt: passwords may have been
 * rotated. Public for the bus and its starter only.
 */
@NullMarked
package dev.pgevents.postgres.internal.pool;

import org.jspecify.annotations.NullMarked;
