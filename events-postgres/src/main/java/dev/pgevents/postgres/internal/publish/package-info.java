/**
 * Publishing: {@link dev.pgevents.postgres.internal.publish.NotifyStatement} sends
 * notifications on a connection,
 * {@link dev.pgevents.postgres.internal.publish.GroupCommit} gathers those of all threads
 * for the bus's one publishing connection. Public for the bus only.
 */
@NullMarked
package dev.pgevents.postgres.internal.publish;

import org.jspecify.annotations.NullMarked;
