package dev.pgevents.internal.group;

/**
 * How many events of a group may wait in this process to be begun: as many as the largest
 * buffer of its handlers has room for, of all partitions together. What there is no room
 * for stays in the log and is read later. Not thread-safe: the {@link Assignment} guards
 * it with its lock.
 */
final class Room {

	private final Members members;

	private int taken;

	Room(Members members) {
		this.members = members;
	}

	/**
	 * For how many there is room, which may be none; what was read fits in all the same.
	 */
	int left() {
		return Math.max(0, this.members.now().bufferSize() - this.taken);
	}

	void take() {
		this.taken++;
	}

	void give(int count) {
		this.taken -= count;
	}

}
