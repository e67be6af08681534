package dev.pgevents;

/**
 * Where an event stands in the event log. Within a partition, higher numbers were
 * committed later; numbers that are missing were rolled back, for ever. Between
 * partitions numbers say nothing. All events of one app are in one partition.
 *
 * @param partition the partition, 0 or more
 * @param number the place within the partition, 1 or more
 * @since 0.1
 */
public record Position(int partition, long number) implements Comparable<Position> {

	/**
	 * Checks the parts.
	 * @throws IllegalArgumentException if the partition is negative or the number less
	 * than 1
	 */
	public Position {
		if (partition < 0) {
			throw new IllegalArgumentException("partition is " + partition + ", it must be 0 or more");
		}
		if (number < 1) {
			throw new IllegalArgumentException("number is " + number + ", positions begin with 1");
		}
	}

	@Override
	public int compareTo(Position other) {
		int byPartition = Integer.compare(this.partition, other.partition);
		return (byPartition != 0) ? byPartition : Long.compare(this.number, other.number);
	}

	/**
	 * Returns both parts in short, ready for a log line: {@code 12:4711}.
	 */
	@Override
	public String toString() {
		return this.partition + ":" + this.number;
	}

}
