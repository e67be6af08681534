package dev.pgevents.internal.group;

/**
 * Where a group is in a partition, as its owner knows it.
 *
 * @param partition the partition
 * @param position the last position that is done with, 0 for none
 * @param epoch counts up whenever the cursor is taken over or set anew: what was done
 * under an older one does not count
 */
public record Cursor(int partition, long position, long epoch) {

}
