package dev.pgevents.internal.group;

import java.time.Clock;
import java.time.Instant;

import dev.pgevents.Gap;
import org.jspecify.annotations.Nullable;

/**
 * Reads what has not arrived by itself, page by page, no more than there is room for.
 * Where events are kept no longer handlers get a gap, in the place of the events. For the
 * store's task; takes the lock of the {@link Assignment}, not while it calls the store or
 * a subscription.
 */
final class PageReader {

	private final GroupStore store;

	private final int pageSize;

	private final Clock clock;

	private final Members members;

	private final Assignment assignment;

	private final Handling handling;

	private final CursorMoves cursors;

	private final GroupHealth health;

	PageReader(GroupContext context, Members members, Assignment assignment, Handling handling, CursorMoves cursors,
			GroupHealth health) {
		this.store = context.store();
		this.pageSize = context.settings().pageSize();
		this.clock = context.clock();
		this.members = members;
		this.assignment = assignment;
		this.handling = handling;
		this.cursors = cursors;
		this.health = health;
	}

	/**
	 * Reads a page of each partition that has nothing to begin and is behind.
	 * @throws Exception if the store cannot be reached; what was not read is read later
	 */
	void read() throws Exception {
		for (PartitionState partition : this.assignment.where((one) -> one.arrivals().needsPage())) {
			Reading reading = begin(partition);
			if (reading != null) {
				read(reading);
			}
		}
	}

	private @Nullable Reading begin(PartitionState partition) {
		try (Change change = this.assignment.change()) {
			int room = this.assignment.room(change);
			if (partition.isStale() || partition.isSurplus() || this.assignment.isClosing(change) || room == 0) {
				return null;
			}
			partition.arrivals().reading();
			return new Reading(partition, partition.arrivals().received(), Math.min(this.pageSize, room));
		}
	}

	private void read(Reading reading) throws Exception {
		int number = reading.partition().partition();
		Page page;
		try {
			page = this.store.read(number, reading.after(), reading.limit());
		}
		catch (Exception ex) {
			this.assignment.unread(reading.partition());
			throw ex;
		}
		if (!arrived(reading.partition(), page, false)) {
			this.health.expired(number, reading.after() + 1, page.expired());
			Instant now = this.clock.instant();
			Gap gap = new Gap(Gap.Reason.EXPIRED, now, now, 0);
			this.members.now().members().forEach((member) -> member.subscription().gap(gap));
			arrived(reading.partition(), page, true);
		}
	}

	/**
	 * A page has arrived.
	 * @param partition that of the page
	 * @param page the page
	 * @param told whether handlers know of what is kept no longer
	 * @return false if they have to be told before, for the gap has its place behind what
	 * they have in hand and before the page
	 */
	private boolean arrived(PartitionState partition, Page page, boolean told) {
		try (Change change = this.assignment.change()) {
			if (partition.isStale()) {
				return true;
			}
			if (page.expired() > partition.arrivals().received()) {
				if (!told) {
					return false;
				}
				partition.expired(page.expired());
				this.cursors.due(change);
			}
			partition.arrivals().arrived(page);
			this.handling.takeNext(partition, change);
			return true;
		}
	}

	/** What is to be read of a partition: behind a position, so many at most. */
	private record Reading(PartitionState partition, long after, int limit) {

	}

}
