package dev.pgevents.internal.group;

import java.util.List;

import org.jspecify.annotations.Nullable;

/**
 * What of a group falls to this process.
 *
 * @param problem why it takes part in nothing, or null if it does
 * @param waiting what keeps it from partitions that fall to it, or null if nothing does
 * @param owned the partitions that are its own now
 */
public record Share(@Nullable String problem, @Nullable String waiting, List<Owned> owned) {

	/**
	 * Copies the list.
	 */
	public Share {
		owned = List.copyOf(owned);
	}

	/**
	 * A partition of this process.
	 *
	 * @param cursor where the group is
	 * @param head the position of the newest event of the partition, 0 for none
	 * @param surplus whether another process waits for it
	 * @param held what is held of it
	 */
	public record Owned(Cursor cursor, long head, boolean surplus, Held held) {

	}

}
