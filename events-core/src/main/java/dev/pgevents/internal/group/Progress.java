package dev.pgevents.internal.group;

/**
 * How far a cursor moves.
 *
 * @param cursor where it is
 * @param position where it is to be
 */
public record Progress(Cursor cursor, long position) {

}
