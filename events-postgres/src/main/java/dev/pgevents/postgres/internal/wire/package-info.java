/**
 * The wire format: one JSON object a notification, described in
 * {@code docs/wire-format.md}.
 * {@link dev.pgevents.postgres.internal.wire.NotificationEncoder} encodes it strictly,
 * {@link dev.pgevents.postgres.internal.wire.NotificationDecoder} decodes it leniently.
 * Public for the packages of the bus only.
 */
@NullMarked
package dev.pgevents.postgres.internal.wire;

import org.jspecify.annotations.NullMarked;
