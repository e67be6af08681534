package dev.pgevents;

import java.util.List;
import java.util.Objects;
import java.util.Set;

import org.jspecify.annotations.Nullable;

/**
 * How a group stands.
 *
 * @param name the group's name
 * @param types the event types that its handlers ask for; none where one asks for all
 * @param lag how many positions of the log lie before it: those of events of other types
 * and of rolled back ones among them
 * @param held how many events wait for another attempt, or behind one that does
 * @param parked how many events have failed for good, until they are redriven or skipped
 * @param partitions its partitions, in their order
 * @since 0.1
 */
public record GroupStatus(String name, Set<String> types, long lag, long held, long parked,
		List<Partition> partitions) {

	/**
	 * Copies the parts.
	 */
	public GroupStatus {
		Objects.requireNonNull(name, "name");
		types = Set.copyOf(types);
		partitions = List.copyOf(partitions);
	}

	/**
	 * A group's cursor in one partition.
	 *
	 * @param partition the partition
	 * @param owner the instance that handles its events now, or null if none does
	 * @param position the number of the last position that is done with, 0 for none
	 * @param lag how many positions of the partition lie before it
	 */
	public record Partition(int partition, @Nullable String owner, long position, long lag) {

	}

}
