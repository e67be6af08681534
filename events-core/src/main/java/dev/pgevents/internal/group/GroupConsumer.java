package dev.pgevents.internal.group;

import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

import dev.pgevents.Event;
import dev.pgevents.StartPosition;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.internal.dispatch.BusSubscription;
import org.jspecify.annotations.Nullable;

/**
 * A group in this process, as the bus sees it: takes what the bus has to say to the room
 * that it concerns. Thread-safe.
 *
 * <table border="1">
 * <caption>the rooms</caption>
 * <tr>
 * <th>room</th>
 * <th>knows</th>
 * <th>worked in by</th>
 * </tr>
 * <tr>
 * <td>{@link Members}</td>
 * <td>the handlers here</td>
 * <td>all threads</td>
 * </tr>
 * <tr>
 * <td>{@link Assignment}</td>
 * <td>which partitions are ours, in memory; has the lock over them</td>
 * <td>all threads</td>
 * </tr>
 * <tr>
 * <td>{@link Handling}</td>
 * <td>the way of an event, from its arrival to the end of its handler, in memory</td>
 * <td>the thread that listens, threads of handlers</td>
 * </tr>
 * <tr>
 * <td>{@link StoreTask}, with {@link HeldEvents}, {@link PageReader},
 * {@link CursorMoves}</td>
 * <td>what is written to the store and read from it</td>
 * <td>one thread at a time</td>
 * </tr>
 * <tr>
 * <td>{@link GroupHealth}</td>
 * <td>what is wrong, and what the log says</td>
 * <td>the store's task</td>
 * </tr>
 * </table>
 */
final class GroupConsumer {

	private final GroupContext context;

	private final Members members;

	private final Assignment assignment;

	private final CursorMoves cursors;

	private final Handling handling;

	private final GroupHealth health;

	private final StoreTask task;

	private final AtomicLong unrecorded = new AtomicLong();

	GroupConsumer(String name, StartPosition from, GroupContext context) {
		this.context = context;
		this.members = new Members(name);
		this.assignment = new Assignment(this.members, new Consequences());
		this.cursors = new CursorMoves(name, context.store(), context.settings().acknowledgeEvery(), this.assignment);
		this.handling = new Handling(name, this.members, this.assignment, this.cursors);
		this.health = new GroupHealth(context.busName(), name, context.backoff());
		this.task = new StoreTask(name, from, context, this.members, this.assignment, this.handling, this.cursors,
				this.health);
	}

	/**
	 * Adds a handler.
	 * @param member the handler
	 * @throws IllegalStateException if another one may get the same events
	 */
	void add(Member member) {
		this.members.add(member);
		this.assignment.look();
	}

	/** Its buffer takes nothing any more; what it has in hand ends by itself. */
	void remove(Member member) {
		this.members.remove(member);
		this.assignment.removed(member);
	}

	/** Its handlers here. */
	List<BusSubscription> subscriptions() {
		return this.members.now().members().stream().map(Member::subscription).toList();
	}

	/** What its handlers here ask for. */
	List<SubscriptionFilter> filters() {
		return this.members.now().members().stream().map(Member::filter).toList();
	}

	boolean wants(Event event) {
		return this.members.of(event) != null;
	}

	/** An event has arrived that it wants, and that is in no log. */
	void unrecorded() {
		this.unrecorded.incrementAndGet();
	}

	GroupCounts counts() {
		return this.handling.counts(this.unrecorded.get());
	}

	@Nullable String problem() {
		return this.health.problem();
	}

	/** Events arrive from now on. */
	void live() {
		this.assignment.live();
	}

	/** Events may have been missed, and the store may be another one. */
	void gap() {
		this.assignment.gap();
	}

	/** Nothing arrives any more until further notice: others take over. */
	void suspend() {
		this.assignment.suspend();
	}

	/** Events may have been missed. */
	void readAgain() {
		this.handling.missed();
	}

	/** Something may have been missed of one partition. */
	void hint(int partition) {
		this.handling.missed(partition);
	}

	/** Something may have changed in the store. */
	void look() {
		this.assignment.look();
	}

	/** An event has arrived, known to be committed at its position. */
	void arrived(Event event, int partition) {
		this.handling.arrived(event, partition);
	}

	/** Calls the handler with an event that was offered to it. */
	void handle(Member member, int partition, Event event) throws Exception {
		this.handling.handle(member, partition, event);
	}

	/** Begins nothing any more. */
	void close() {
		this.assignment.close();
	}

	/** Moves the cursors and gives all up, once nothing is in hand any more. */
	void finish() {
		this.task.giveUp();
	}

	/** What follows from a change, by whoever has made it. */
	private final class Consequences implements Effects {

		@Override
		public void work() {
			GroupConsumer.this.task.request();
		}

		@Override
		public void lookSoon() {
			if (GroupConsumer.this.health.takesPart()) {
				GroupConsumer.this.context.lookSoon().run();
			}
		}

		@Override
		public void acknowledgeSoon() {
			GroupConsumer.this.context.later(GroupConsumer.this.context.settings().acknowledgeAfter(),
					GroupConsumer.this.cursors::due);
		}

		@Override
		public void offer(Member member, Event event) {
			GroupConsumer.this.context.dispatcher().offer(member.subscription(), event);
		}

	}

}
