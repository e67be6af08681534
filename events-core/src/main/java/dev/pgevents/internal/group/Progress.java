package dev.pgevents.internal.group;

import java.util.UUID;

import org.jspecify.annotations.Nullable;

/**
 * How far a cursor moves.
 *
 * @param cursor where it is
 * @param position where it is to be
 * @param event the id of the event that has to be there; null where the events up to
 * there are kept no longer
 */
public record Progress(Cursor cursor, long position, @Nullable UUID event) {

}
