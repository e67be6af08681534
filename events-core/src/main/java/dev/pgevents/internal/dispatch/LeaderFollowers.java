package dev.pgevents.internal.dispatch;

import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
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
 * possible: for what no leader starts; while a batch of events is delivered, for the
 * leader is needed; for the second handler that an event wakes; where handlers have an
 * executor of the user's; and always where handlers on the leader are ruled out.</dd>
 * <dt>PROMOTE</dt>
 * <dd>The leader first has a follower take the lead, and then does the work itself.
 * Chosen for an event that came alone and a handler that is not known to be quick: a
 * thread has to be woken, but the event does not wait for it.</dd>
 * <dt>INLINE</dt>
 * <dd>The leader does the work and keeps the lead: no thread is woken. A <em>watcher</em>
 * takes the lead away should the handler not come back. Chosen for an event that came
 * alone and a handler that is quick; {@link Pace} says what that means.</dd>
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
 * <th>event alone, handler quick</th>
 * <th>event alone, handler not known to be</th>
 * <th>the handler returns</th>
 * <th>the watcher finds the same run of a handler twice</th>
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
 * The watcher looks every two milliseconds. It takes the lead when it sees one run of a
 * handler twice, hence after {@value #TAKEOVER_MILLIS} milliseconds at most, and ends
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
	private static final Lead READING = new Lead("READING");

	private final String busName;

	private final Executor handlers;

	private final Executor threads;

	private final boolean inline;

	private final LongConsumer pause;

	private final int idleLooks;

	private final AtomicReference<Lead> lead = new AtomicReference<>(READING);

	private final AtomicBoolean watched = new AtomicBoolean();

	private volatile Runnable leading;

	/** The leader, while it delivers an event that came alone. */
	private volatile @Nullable Thread reserving;

	/** What the leader is to do itself, if anything. For the leader. */
	private @Nullable HandlerTask reserved;

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
		if (this.reserving == Thread.currentThread() && this.reserved == null) {
			this.reserved = task;
		}
		else {
			this.handedOff.increment();
			this.handlers.execute(task);
		}
	}

	/**
	 * The leader delivers an event that came alone, until {@link #endLone()}: the first
	 * handler that this wakes is reserved for the leader. For the leader.
	 */
	public void beginLone() {
		if (this.inline) {
			this.reserving = Thread.currentThread();
		}
	}

	/**
	 * Ends what {@link #beginLone()} began. For the leader.
	 * @return whether there is a handler for {@link #runReserved()}
	 */
	public boolean endLone() {
		this.reserving = null;
		return this.reserved != null;
	}

	/**
	 * Does what was reserved for the leader, if anything, while a thread reads. For the
	 * leader.
	 * @return whether the thread still leads
	 */
	public boolean runReserved() {
		HandlerTask task = this.reserved;
		if (task == null) {
			return true;
		}
		this.reserved = null;
		return task.isQuick() ? runInline(task) : runPromoting(task);
	}

	/**
	 * Has another thread do what was reserved for the leader, if anything, which has
	 * something else to do first. For the leader.
	 */
	public void handOffReserved() {
		this.reserving = null;
		HandlerTask task = this.reserved;
		if (task != null) {
			this.reserved = null;
			this.handedOff.increment();
			if (!Threads.tryToExecute(this.handlers, task)) {
				runSafely(task);
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

	private boolean runPromoting(HandlerTask task) {
		this.promoted.increment();
		boolean follows = Threads.tryToExecute(this.threads, this.leading);
		runSafely(task);
		return !follows;
	}

	private boolean runInline(HandlerTask task) {
		this.inlined.increment();
		Lead handling = new Lead("HANDLING");
		this.lead.set(handling);
		if (this.watched.compareAndSet(false, true) && !Threads.tryToExecute(this.threads, this::watch)) {
			this.watched.set(false);
		}
		runSafely(task);
		return this.lead.compareAndSet(handling, READING);
	}

	/** What a handler throws does not come here; nothing else may end the leading. */
	private void runSafely(HandlerTask task) {
		try {
			task.run();
		}
		catch (Throwable ex) {
			logger.error("{}: a handler could not be called", this.busName, ex);
		}
	}

	private void watch() {
		do {
			if (takesOver()) {
				this.takenOver.increment();
				this.watched.set(false);
				this.leading.run();
				return;
			}
			this.watched.set(false);
			// A handler that began just before that counts on this thread.
		}
		while (this.lead.get() != READING && this.watched.compareAndSet(false, true));
	}

	/** Looks for a handler that keeps the lead for too long. */
	private boolean takesOver() {
		Lead seen = this.lead.get();
		int idle = 0;
		while (idle < this.idleLooks) {
			this.pause.accept(LOOK_NANOS);
			Lead now = this.lead.get();
			if (now != seen) {
				seen = now;
				idle = 0;
			}
			else if (now != READING && this.lead.compareAndSet(now, READING)) {
				return true;
			}
			else {
				idle++;
			}
		}
		return false;
	}

	/** For the log and the debugger: the states and the counts. */
	@Override
	public String toString() {
		return "LeaderFollowers[" + this.busName + " " + this.lead.get().state()
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

	/** What the leader is doing: one READING, and another HANDLING for each run. */
	private static final class Lead {

		private final String state;

		private Lead(String state) {
			this.state = state;
		}

		String state() {
			return this.state;
		}

	}

}
