package dev.pgevents.internal.dispatch;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongConsumer;

import dev.pgevents.internal.util.Threads;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leader/followers strategy: one thread of a bus, the <em>leader</em>, reads the
 * connection and puts events into buffers, and may handle an event itself, for it is
 * awake already: waking another thread takes tens of microseconds, more than most
 * handlers. The connection must not wait for a handler, so another thread has to lead
 * meanwhile, or be ready to. Thread-safe.
 *
 * <p>
 * An idle handler's work is started in one of three modes:
 * <dl>
 * <dt>HAND_OFF</dt>
 * <dd>A thread of the executor does the work. Chosen wherever the other two are not
 * possible: for what no leader starts; while many events are delivered at a time, for the
 * leader is needed; for the second handler, unless it is INLINE; where handlers have an
 * executor of the user's; and always where handlers on the leader are ruled out.</dd>
 * <dt>PROMOTE</dt>
 * <dd>The leader first has a follower take the lead, and then does the work itself.
 * Chosen for few events and a handler that is not known to be quick: a thread has to be
 * woken, but the events do not wait for it.</dd>
 * <dt>INLINE</dt>
 * <dd>The leader does the work and keeps the lead: no thread is woken. A <em>watcher</em>
 * takes the lead away should a handler not come back, and has others do what is left.
 * Chosen for few events and handlers that are quick, as {@link Pace} says what that
 * means, one after the other as long as they are expected to take no longer together than
 * a quick one may.</dd>
 * </dl>
 * Where no thread is to be had to follow or to watch, the leader does the work all the
 * same.
 *
 * <p>
 * The lead is in one of two states, READING and HANDLING, and what happens to it is:
 * <table border="1">
 * <caption>state of the lead, by event</caption>
 * <tr>
 * <th></th>
 * <th>few events, handlers quick</th>
 * <th>few events, handler not known to be</th>
 * <th>the handlers return</th>
 * <th>the watcher finds the same round of handlers twice</th>
 * </tr>
 * <tr>
 * <th>READING</th>
 * <td>INLINE: HANDLING; a watcher is started if there is none</td>
 * <td>PROMOTE: a follower leads, READING; the leader follows once its handler
 * returns</td>
 * <td>nothing: the lead was taken, the thread follows</td>
 * <td>nothing</td>
 * </tr>
 * <tr>
 * <th>HANDLING</th>
 * <td>cannot be: no thread reads</td>
 * <td>cannot be: no thread reads</td>
 * <td>READING, the same thread leads</td>
 * <td>READING, the watcher leads</td>
 * </tr>
 * </table>
 *
 * <p>
 * The watcher looks every two milliseconds. It takes the lead when it sees one round of
 * handlers twice, hence after {@value #TAKEOVER_MILLIS} milliseconds at most, and ends
 * after ten looks in a row at which no handler had run. It looks, instead of being woken
 * when a handler begins, because waking it at each event took a fifth more processor time
 * (docs/performance/notebook.md).
 *
 * @since 0.1
 */
public final class LeaderFollowers implements WorkerStarter {

	private static final Logger logger = LoggerFactory.getLogger(LeaderFollowers.class);

	/** How long a handler that does not come back can keep the lead at most. */
	static final long TAKEOVER_MILLIS = 4;

	/** A handler is seen twice after at least one of these, and at most two. */
	private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(TAKEOVER_MILLIS) / 2;

	private static final int IDLE_LOOKS = 10;

	/** The lead while its thread reads. */
	private static final Round READING = new Round();

	private final String busName;

	private final Executor handlers;

	private final Executor threads;

	private final boolean inline;

	private final LongConsumer pause;

	private final int idleLooks;

	private final AtomicReference<Round> lead = new AtomicReference<>(READING);

	private final AtomicBoolean watched = new AtomicBoolean();

	private volatile Runnable leading;

	/** The leader, while it delivers few events. */
	private volatile @Nullable Thread reserving;

	/** What the leader is to do itself. For the leader. */
	private final List<HandlerTask> reserved = new ArrayList<>();

	/** How many events it delivers, and how long the handlers of all may take. */
	private int few;

	private long expectedNanos;

	private final LongAdder handedOff = new LongAdder();

	private final LongAdder promoted = new LongAdder();

	private final LongAdder inlined = new LongAdder();

	private final LongAdder takenOver = new LongAdder();

	/**
	 * A strategy without a leader yet.
	 * @param busName the name of the bus, for the log
	 * @param handlers runs the work that no leader does
	 * @param threads has a thread for each that leads, follows or watches
	 * @param inline whether the leader may do handlers' work
	 */
	LeaderFollowers(String busName, Executor handlers, Executor threads, boolean inline) {
		this(busName, handlers, threads, inline, () -> {
		}, LockSupport::parkNanos, IDLE_LOOKS);
	}

	/** For tests: with what to do before each look, and how many idle ones to take. */
	LeaderFollowers(String busName, Executor handlers, Executor threads, boolean inline, Runnable leading,
			LongConsumer pause, int idleLooks) {
		this.busName = busName;
		this.handlers = handlers;
		this.threads = threads;
		this.inline = inline;
		this.leading = leading;
		this.pause = pause;
		this.idleLooks = idleLooks;
	}

	/**
	 * Begins: has a thread lead.
	 * @param leading what the leader does; it ends when {@link #runReserved()} says that
	 * the thread leads no more, and when there is nothing to lead any more. Others go on
	 * with it
	 * @throws java.util.concurrent.RejectedExecutionException if there are no threads any
	 * more
	 */
	public void lead(Runnable leading) {
		this.leading = leading;
		this.threads.execute(leading);
	}

	@Override
	public void start(HandlerTask task) {
		if (this.reserving != Thread.currentThread() || !reserves(task)) {
			this.handedOff.increment();
			this.handlers.execute(task);
		}
	}

	/** The first one in any case; the next ones while all are quick together. */
	private boolean reserves(HandlerTask task) {
		long nanos = task.expectedNanos();
		boolean quick = Math.max(nanos, this.expectedNanos) <= Pace.QUICK_NANOS;
		long all = quick ? this.expectedNanos + nanos * this.few : Long.MAX_VALUE;
		boolean reserves = this.reserved.isEmpty() || all <= Pace.QUICK_NANOS;
		if (reserves) {
			this.expectedNanos = all;
			this.reserved.add(task);
		}
		return reserves;
	}

	/**
	 * The leader delivers few events, until {@link #endFew()}: the first handlers that
	 * this wakes are reserved for the leader. For the leader.
	 * @param count how many events
	 */
	public void beginFew(int count) {
		if (this.inline) {
			this.few = count;
			this.expectedNanos = 0;
			this.reserving = Thread.currentThread();
		}
	}

	/**
	 * Ends what {@link #beginFew(int)} began. For the leader.
	 * @return whether there is a handler for {@link #runReserved()}
	 */
	public boolean endFew() {
		this.reserving = null;
		return !this.reserved.isEmpty();
	}

	/**
	 * Does what was reserved for the leader, if anything, while a thread reads. For the
	 * leader.
	 * @return whether the thread still leads
	 */
	public boolean runReserved() {
		if (this.reserved.isEmpty()) {
			return true;
		}
		Round round = new Round(this.reserved.toArray(HandlerTask[]::new));
		this.reserved.clear();
		return (this.expectedNanos <= Pace.QUICK_NANOS) ? runInline(round) : runPromoting(round);
	}

	/**
	 * Has another thread do what was reserved for the leader, if anything, which has
	 * something else to do first. For the leader.
	 */
	public void handOffReserved() {
		this.reserving = null;
		Round round = new Round(this.reserved.toArray(HandlerTask[]::new));
		this.reserved.clear();
		handOff(round);
	}

	private void handOff(Round round) {
		for (HandlerTask task = round.next(); task != null; task = round.next()) {
			this.handedOff.increment();
			if (!Threads.tryToExecute(this.handlers, task)) {
				runSafely(task, System.nanoTime());
			}
		}
	}

	/**
	 * How often each mode was chosen, and the lead taken.
	 * @return the counts so far
	 */
	public Counts counts() {
		return new Counts(this.handedOff.sum(), this.promoted.sum(), this.inlined.sum(), this.takenOver.sum());
	}

	private boolean runPromoting(Round round) {
		boolean follows = Threads.tryToExecute(this.threads, this.leading);
		run(round, this.promoted);
		return !follows;
	}

	private boolean runInline(Round round) {
		this.lead.set(round);
		if (!this.watched.get() && this.watched.compareAndSet(false, true)
				&& !Threads.tryToExecute(this.threads, this::watch)) {
			this.watched.set(false);
		}
		run(round, this.inlined);
		return this.lead.compareAndSet(round, READING);
	}

	private void run(Round round, LongAdder count) {
		long now = System.nanoTime();
		for (HandlerTask task = round.next(); task != null; task = round.next()) {
			count.increment();
			now = runSafely(task, now);
		}
	}

	/** What a handler throws does not come here; nothing else may end the leading. */
	private long runSafely(HandlerTask task, long now) {
		try {
			return task.run(now);
		}
		catch (Throwable ex) {
			logger.error("{}: a handler could not be called", this.busName, ex);
			return System.nanoTime();
		}
	}

	private void watch() {
		do {
			Round overdue = takeOver();
			if (overdue != null) {
				this.takenOver.increment();
				this.watched.set(false);
				handOff(overdue);
				this.leading.run();
				return;
			}
			this.watched.set(false);
			// A handler that began just before that counts on this thread.
		}
		while (this.lead.get() != READING && this.watched.compareAndSet(false, true));
	}

	/** Looks for handlers that keep the lead for too long, and takes it; null if none. */
	private @Nullable Round takeOver() {
		Round seen = this.lead.get();
		long handled = this.inlined.sum();
		int idle = 0;
		while (idle < this.idleLooks) {
			this.pause.accept(LOOK_NANOS);
			Round now = this.lead.get();
			if (now != READING && now == seen && this.lead.compareAndSet(now, READING)) {
				return now;
			}
			// Most rounds are over before they are seen: they are counted all the same.
			long before = handled;
			handled = this.inlined.sum();
			idle = (now == seen && handled == before) ? idle + 1 : 0;
			seen = now;
		}
		return null;
	}

	/** For the log and the debugger: the states and the counts. */
	@Override
	public String toString() {
		return "LeaderFollowers[" + this.busName + " " + ((this.lead.get() == READING) ? "READING" : "HANDLING")
				+ (this.watched.get() ? " watched" : "") + (this.inline ? "" : " hand-off only") + " " + counts() + "]";
	}

	/**
	 * How often each mode was chosen, and the lead taken, since the bus was built.
	 *
	 * @param handedOff work that a thread of the executor did
	 * @param promoted work that the leader did after a follower had taken the lead
	 * @param inline work that the leader did keeping the lead
	 * @param takenOver handlers among the latter that lost their thread the lead
	 */
	public record Counts(long handedOff, long promoted, long inline, long takenOver) {

	}

	/**
	 * What the leader is doing: handlers' work, each a task that is done once, by the
	 * leader or by whoever takes the lead.
	 */
	private static final class Round {

		private final HandlerTask[] tasks;

		private final AtomicInteger done = new AtomicInteger();

		private Round(HandlerTask... tasks) {
			this.tasks = tasks;
		}

		@Nullable HandlerTask next() {
			int next = this.done.getAndIncrement();
			return (next < this.tasks.length) ? this.tasks[next] : null;
		}

	}

}
