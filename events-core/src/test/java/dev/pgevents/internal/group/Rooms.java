package dev.pgevents.internal.group;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Backoff;
import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.Position;
import dev.pgevents.StartPosition;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionStats;
import dev.pgevents.internal.dispatch.BusSubscription;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The rooms of a group, with a store and a dispatcher that are stubs: nothing happens but
 * what a test does, all of it on the test's thread. Whatever calls the store or the
 * dispatcher while it holds the lock fails the test.
 */
final class Rooms implements Effects {

	static final EventType TYPE = EventType.of("a.one");

	static final EventType OTHER = EventType.of("a.two");

	static final int ATTEMPTS = 3;

	static final int ACKNOWLEDGE_EVERY = 3;

	static final int PAGE_SIZE = 100;

	private static final String GROUP = "g";

	private static final Backoff BACKOFF = new Backoff(Duration.ofHours(1), 1, Duration.ofHours(1));

	final StubStore store = new StubStore();

	/** What was offered and to be told to handlers, in this order. */
	final List<Object> told = new ArrayList<>();

	/** What is to be done later. */
	final List<Runnable> later = new ArrayList<>();

	private final List<Throwable> violations = new ArrayList<>();

	/** How often the task was asked for. */
	int work;

	int looks;

	int acknowledgements;

	final Members members = new Members(GROUP);

	final Assignment assignment = new Assignment(this.members, this);

	final CursorMoves cursors = new CursorMoves(GROUP, this.store, ACKNOWLEDGE_EVERY, this.assignment);

	final Handling handling = new Handling(GROUP, this.members, this.assignment, this.cursors);

	final GroupHealth health = new GroupHealth("test", GROUP, BACKOFF);

	private final StoreTask task;

	Rooms() {
		GroupSettings settings = new GroupSettings(ATTEMPTS, BACKOFF, PAGE_SIZE, ACKNOWLEDGE_EVERY, Duration.ofHours(1),
				Duration.ofHours(1));
		Clock clock = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);
		GroupContext context = new GroupContext("test", this.store, settings, null, Runnable::run, new Timer(), BACKOFF,
				clock, this::lookSoon);
		this.task = new StoreTask(GROUP, StartPosition.latest(), context, this.members, this.assignment, this.handling,
				this.cursors, this.health);
		this.store.before = this::checkLock;
	}

	/** Does something before each answer of the store. */
	void beforeEachAnswer(StubStore.Call action) {
		this.store.before = () -> {
			checkLock();
			action.call();
		};
	}

	/** A handler joins, which listens from now on. */
	Member join(EventType type, int bufferSize, EventHandler handler) {
		Member member = new Member(SubscriptionFilter.types(type), handler, bufferSize);
		member.subscription(new StubSubscription());
		this.members.add(member);
		this.assignment.live();
		return member;
	}

	Member join(EventHandler handler) {
		return join(TYPE, 100, handler);
	}

	void leave(Member member) {
		this.members.remove(member);
		this.assignment.removed(member);
	}

	/** One pass of the store's task; returns what the store was asked in it. */
	List<String> pass() {
		this.store.calls.clear();
		this.work = 0;
		this.task.request();
		return calls();
	}

	/** The group is given up; returns what the store was asked. */
	List<String> giveUp() {
		this.store.calls.clear();
		this.assignment.close();
		this.task.giveUp();
		return calls();
	}

	/** An event that is in the log. */
	Event recorded(int partition, long number) {
		return recorded(TYPE, "app" + partition, partition, number);
	}

	Event recorded(EventType type, String app, int partition, long number) {
		Event event = Event.of(type, app, null).withPosition(new Position(partition, number));
		this.store.events.add(event);
		return event;
	}

	/** An event is recorded and arrives. */
	Event arrives(int partition, long number) {
		Event event = recorded(partition, number);
		this.handling.arrived(event, partition);
		return event;
	}

	/** The event that was offered last is handled. */
	void handle(Member member) throws Exception {
		handle(member, (Event) this.told.get(this.told.size() - 1));
	}

	void handle(Member member, Event event) throws Exception {
		this.handling.handle(member, event.position().partition(), event);
	}

	/** How many partitions are ours. */
	int owned() {
		return this.handling.counts(0).owned();
	}

	/** Whoever calls out must not hold the lock. */
	private void checkLock() {
		try (Change change = this.assignment.change()) {
			this.assignment.isClosing(change);
		}
		catch (IllegalStateException ex) {
			this.violations.add(ex);
		}
	}

	private List<String> calls() {
		assertThat(this.violations).as("the lock is held while others are called").isEmpty();
		return List.copyOf(this.store.calls);
	}

	@Override
	public void work() {
		checkLock();
		this.work++;
	}

	@Override
	public void lookSoon() {
		checkLock();
		this.looks++;
	}

	@Override
	public void acknowledgeSoon() {
		checkLock();
		this.acknowledgements++;
	}

	@Override
	public void offer(Member member, Event event) {
		checkLock();
		this.told.add(event);
	}

	/** Keeps what is to be done later. */
	private final class Timer extends ScheduledThreadPoolExecutor {

		private Timer() {
			super(0);
		}

		@Override
		public ScheduledFuture<?> schedule(Runnable command, long delay, TimeUnit unit) {
			checkLock();
			Rooms.this.later.add(command);
			return null;
		}

	}

	private final class StubSubscription implements BusSubscription {

		@Override
		public void live() {
			checkLock();
		}

		@Override
		public void gap(Gap gap) {
			checkLock();
			Rooms.this.told.add(gap);
		}

		@Override
		public void fail(Throwable cause) {
			throw new UnsupportedOperationException();
		}

		@Override
		public boolean isLive() {
			return true;
		}

		@Override
		public boolean isClosed() {
			return false;
		}

		@Override
		public String name() {
			return "test";
		}

		@Override
		public SubscriptionFilter filter() {
			return SubscriptionFilter.all();
		}

		@Override
		public CompletableFuture<Void> ready() {
			return CompletableFuture.completedFuture(null);
		}

		@Override
		public SubscriptionStats stats() {
			return new SubscriptionStats(0, 0, 0, 0, 0, 0, 0, 0);
		}

		@Override
		public void close() {
			// Nothing hangs on it.
		}

	}

}
