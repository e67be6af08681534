package dev.pgevents.internal.group;

/**
 * What a group has done in this process.
 *
 * @param group its name
 * @param owned the partitions that are this process's now
 * @param handled events that were handled here
 * @param failed attempts that have failed here
 * @param unrecorded events that it wants and that were not recorded
 */
public record GroupCounts(String group, int owned, long handled, long failed, long unrecorded) {

}
