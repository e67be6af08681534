/**
 * Publishing: {@link dev.pgevents.postgres.publish.NotifyStatement} sends notifications
 * on a connection, {@link dev.pgevents.postgres.publish.GroupCommit} gathers those of all
 * threads for the bus's one publishing connection. Public for the bus only.
 */
@NullMarked
package dev.pgevents.postgres.publish;

import org.jspecify.annotations.NullMarked;
