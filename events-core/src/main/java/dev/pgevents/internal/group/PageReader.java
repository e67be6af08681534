package dev.pgevents.internal.group;

import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.pgevents.Gap;

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
	 * Reads a page of each partition that has nothing to begin and is behind: of all in
	 * one question, or whoever takes over many would wait for as many answers.
	 * @throws Exception if the store cannot be reached; what was not read is read later
	 */
	void read() throws Exception {
		List<PartitionState> partitions = new ArrayList<>();
		Map<Integer, Long> after = new TreeMap<>();
		int limit = begin(partitions, after);
		if (limit == 0) {
			return;
		}
		try {
			Map<Integer, Page> pages = this.store.read(after, limit);
			for (PartitionState partition : partitions) {
				Page page = pages.get(partition.partition());
				if (page != null) {
					arrived(partition, after.getOrDefault(partition.partition(), 0L), page);
				}
			}
		}
		catch (Exception ex) {
			this.assignment.unread(partitions);
			throw ex;
		}
	}

	/** Finds out what to read; returns how many events of each partition, 0 for none. */
	private int begin(List<PartitionState> partitions, Map<Integer, Long> after) {
		try (Change change = this.assignment.change()) {
			int most = Math.min(this.pageSize, this.assignment.room(change));
			if (this.assignment.isClosing(change) || most == 0) {
				return 0;
			}
			this.assignment.all(change)
				.stream()
				.filter((one) -> one.arrivals().needsPage() && !one.isStale() && !one.isSurplus())
				.limit(most)
				.forEach(partitions::add);
			for (PartitionState partition : partitions) {
				partition.arrivals().reading();
				after.put(partition.partition(), partition.arrivals().received());
			}
			return partitions.isEmpty() ? 0 : most / partitions.size();
		}
	}

	private void arrived(PartitionState partition, long after, Page page) {
		if (!arrived(partition, page, false)) {
			this.health.expired(partition.partition(), after + 1, page.expired());
			Instant now = this.clock.instant();
			Gap gap = new Gap(Gap.Reason.EXPIRED, now, now, 0);
			this.members.now().members().forEach((member) -> member.subscription().gap(gap));
			arrived(partition, page, true);
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

}
