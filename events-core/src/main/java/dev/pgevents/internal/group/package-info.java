/**
 * Groups: how the events of a log are handled once, in order for each app, by the
 * services that share a name. A bus brings the
 * {@link dev.pgevents.internal.group.GroupStore store} that keeps the log, the cursors
 * and the held events, and passes on what arrives; everything else is here, the same for
 * all buses. {@link dev.pgevents.internal.group.GroupConsumer} lists the rooms of a
 * group, and which threads work in them. Public for the buses only.
 */
@NullMarked
package dev.pgevents.internal.group;

import org.jspecify.annotations.NullMarked;
