/**
 * The event log in PostgreSQL: its schema, the statements that record and read events and
 * keep the cursors of groups, and what makes notifications prove their position. Public
 * for the bus only.
 */
@NullMarked
package dev.pgevents.postgres.internal.eventlog;

import org.jspecify.annotations.NullMarked;
