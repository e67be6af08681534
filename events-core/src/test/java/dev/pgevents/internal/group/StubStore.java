package dev.pgevents.internal.group;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

import dev.pgevents.Event;
import dev.pgevents.StartPosition;
import dev.pgevents.SubscriptionFilter;

/**
 * A store in which everything is as a test says. Records what it was asked, and does
 * before each answer what the test wants.
 */
final class StubStore implements GroupStore {

	/** What it was asked, in words. */
	final List<String> calls = new ArrayList<>();

	/** What is done before each answer. */
	Call before = () -> {
	};

	/** What falls to the process, by partition. */
	final Map<Integer, Share.Owned> owned = new TreeMap<>();

	/** The events of all partitions. */
	final List<Event> events = new ArrayList<>();

	/** Up to here events are kept no longer. */
	long expired;

	/** What is held of each partition. */
	Held held = Held.NONE;

	/** What is due, by partition. */
	final Map<Integer, HeldEvent> due = new LinkedHashMap<>();

	/** The partitions whose cursors are another process's. */
	Set<Integer> foreign = Set.of();

	/** A partition falls to the process, the group at its beginning. */
	void owns(int partition, long head) {
		owns(partition, 0, 1, head);
	}

	void owns(int partition, long position, long epoch, long head) {
		this.owned.put(partition, new Share.Owned(new Cursor(partition, position, epoch), head, false, this.held));
	}

	private void called(String call) throws Exception {
		this.calls.add(call);
		this.before.call();
	}

	@Override
	public Share share(String group, Collection<SubscriptionFilter> filters, StartPosition from) throws Exception {
		called("share " + filters.size());
		return new Share(null, null, this.owned.values()
			.stream()
			.map((one) -> new Share.Owned(one.cursor(), one.head(), one.surplus() || filters.isEmpty(), one.held()))
			.toList());
	}

	@Override
	public Set<String> outdated(Collection<String> groups, boolean thorough) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void release(String group, Collection<Cursor> cursors) throws Exception {
		for (Cursor cursor : cursors) {
			this.owned.remove(cursor.partition());
			called("release " + cursor.partition() + ":" + cursor.position());
		}
	}

	@Override
	public Page read(int partition, long after, int limit) throws Exception {
		called("read " + partition + ":" + after + " " + limit);
		List<Event> rest = this.events.stream()
			.filter((event) -> event.position().partition() == partition && event.position().number() > after
					&& event.position().number() > this.expired)
			.toList();
		return new Page(rest.subList(0, Math.min(limit, rest.size())), rest.size() > limit, this.expired);
	}

	@Override
	public Set<Integer> acknowledge(String group, Collection<Progress> progress) throws Exception {
		List<String> moves = progress.stream()
			.map((one) -> one.cursor().partition() + ":" + one.cursor().position() + "-" + one.position())
			.sorted()
			.toList();
		called("move " + String.join(" ", moves));
		return this.foreign;
	}

	@Override
	public boolean hold(String group, Cursor cursor, Event event, Failure failure) throws Exception {
		called("hold " + event.position() + " " + failure.attempts() + ((failure.next() == null) ? " parked" : ""));
		return !this.foreign.contains(cursor.partition());
	}

	@Override
	public Held held(String group, int partition) {
		return this.held;
	}

	@Override
	public HeldEvent due(String group, int partition) {
		return this.due.remove(partition);
	}

	@Override
	public boolean handled(String group, Cursor cursor, Event event) throws Exception {
		called("handled " + event.position());
		return !this.foreign.contains(cursor.partition());
	}

	@Override
	public boolean failedAgain(String group, Cursor cursor, Event event, Failure failure) throws Exception {
		called("failed again " + event.position() + " " + failure.attempts()
				+ ((failure.next() == null) ? " parked" : ""));
		return !this.foreign.contains(cursor.partition());
	}

	/** What is done before an answer. */
	@FunctionalInterface
	interface Call {

		/**
		 * Is done.
		 * @throws Exception instead of an answer
		 */
		void call() throws Exception;

	}

}
