/**
 * The wire format: one JSON object a notification, described in
 * {@code docs/wire-format.md}.
 * {@link dev.pgevents.postgres.internal.wire.NotificationWriter} writes it strictly,
 * {@link dev.pgevents.postgres.internal.wire.NotificationReader} reads it leniently.
 * Public for the packages of the bus only.
 */
@NullMarked
package dev.pgevents.postgres.internal.wire;

import org.jspecify.annotations.NullMarked;
