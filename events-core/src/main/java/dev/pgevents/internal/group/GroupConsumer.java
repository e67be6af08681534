package dev.pgevents.internal.group;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;

import dev.pgevents.Event;
import dev.pgevents.Gap;
import dev.pgevents.StartPosition;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.internal.dispatch.BusSubscription;
import dev.pgevents.internal.group.PartitionState.InHand;
import dev.pgevents.internal.group.PartitionState.Todo;
import dev.pgevents.internal.log.LogText;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A group in this process. What arrives is handed to handlers by the thread that brings
 * it, and after that by the one that handled the event before it, without a statement.
 * Everything that needs the store is done by one task, one thing after the other: it
 * shares the partitions, reads pages, writes down what failed, moves cursors.
 * Thread-safe.
 */
final class GroupConsumer {

	private static final Logger logger = LoggerFactory.getLogger(GroupConsumer.class);

	/** After what time to try again to get what somebody has locked. */
	private static final Duration WAIT = Duration.ofMillis(500);

	/** How often an attempt is repeated that does not count. */
	private static final int MAX_UNCOUNTED = 100;

	private final String name;

	private final StartPosition from;

	private final GroupContext context;

	private final List<Member> members = new CopyOnWriteArrayList<>();

	private final SerialTask task;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition moved = this.lock.newCondition();

	/** Held by the thread that works with the store; never within {@link #lock}. */
	private final ReentrantLock storeLock = new ReentrantLock();

	private final Map<Integer, PartitionState> partitions = new HashMap<>();

	/** The newest positions of partitions that were not ours when they arrived. */
	private final Map<Integer, Long> heard = new HashMap<>();

	private boolean listening;

	private boolean shareDue;

	private boolean flushDue;

	/** What is known of cursors may be wrong: the store may be another one. */
	private boolean reload;

	private boolean closing;

	/** Events in all partitions' queues. */
	private int queued;

	/** Events handled since cursors moved. */
	private int unacknowledged;

	/** Counts the changes of {@link #members}. */
	private int version;

	private int failures;

	private int uncounted;

	/** When the task is run again for held events; null for not at all. */
	private @Nullable Long retryTimer;

	private long handled;

	private long failed;

	private final AtomicLong unrecorded = new AtomicLong();

	private volatile @Nullable String problem;

	/** Why the store could not be reached the last time; null if it could. */
	private volatile @Nullable String trouble;

	/** What keeps others' partitions from us, as it was told; for the task. */
	private @Nullable String waiting;

	GroupConsumer(String name, StartPosition from, GroupContext context) {
		this.name = name;
		this.from = from;
		this.context = context;
		this.task = new SerialTask(context.executor(), this::pass);
	}

	void add(Member member) {
		for (Member other : this.members) {
			if (Interest.overlap(other.filter(), member.filter())) {
				throw new IllegalStateException("group " + this.name + " has two handlers for the same events: "
						+ other.filter() + " and " + member.filter()
						+ ". Within a group each event goes to one handler: narrow one of them, or name another group");
			}
		}
		this.members.add(member);
		changed();
	}

	/** Other handlers may ask for more or less than those before. */
	private void changed() {
		this.lock.lock();
		try {
			this.version++;
		}
		finally {
			this.lock.unlock();
		}
		look();
	}

	/** Its buffer takes nothing any more; what it has in hand ends by itself. */
	void remove(Member member) {
		this.members.remove(member);
		this.lock.lock();
		try {
			this.version++;
			for (PartitionState state : this.partitions.values()) {
				// What it asked for must not be passed over.
				state.surplus = true;
				InHand inHand = state.inHand();
				if (inHand != null && inHand.member == member && !inHand.begun) {
					drop(state, inHand);
				}
			}
		}
		finally {
			this.lock.unlock();
		}
		look();
	}

	/** It was offered and not begun: it is read again, here or elsewhere. */
	private void drop(PartitionState state, InHand inHand) {
		state.putDown();
		if (!inHand.held) {
			this.queued -= state.pending.size();
			state.pending.clear();
			state.received = state.done();
			state.behind = true;
		}
	}

	boolean wants(Event event) {
		return memberFor(event) != null;
	}

	/** An event has arrived that is in no log. */
	void unrecorded() {
		this.unrecorded.incrementAndGet();
	}

	GroupCounts counts() {
		this.lock.lock();
		try {
			return new GroupCounts(this.name, this.partitions.size(), this.handled, this.failed, this.unrecorded.get());
		}
		finally {
			this.lock.unlock();
		}
	}

	@Nullable String problem() {
		String unreachable = this.trouble;
		return (unreachable != null) ? unreachable : this.problem;
	}

	/** Events arrive from now on. */
	void live() {
		this.lock.lock();
		try {
			this.listening = true;
		}
		finally {
			this.lock.unlock();
		}
		look();
	}

	/** Events may have been missed, and the store may be another one. */
	void gap() {
		this.lock.lock();
		try {
			this.reload = true;
			this.listening = true;
		}
		finally {
			this.lock.unlock();
		}
		look();
	}

	/** Nothing arrives any more until further notice: others take over. */
	void suspend() {
		leave();
		forgetAll();
	}

	/** Events may have been missed. */
	void readAgain() {
		this.lock.lock();
		try {
			this.partitions.values().forEach((state) -> state.behind = true);
		}
		finally {
			this.lock.unlock();
		}
		this.task.request();
	}

	/** Something may have changed in the store. */
	void look() {
		this.lock.lock();
		try {
			this.shareDue = true;
		}
		finally {
			this.lock.unlock();
		}
		this.task.request();
	}

	/** Something may have been missed of one partition. */
	void hint(int partition) {
		this.lock.lock();
		try {
			PartitionState state = this.partitions.get(partition);
			if (state == null) {
				foreign();
				return;
			}
			state.behind = true;
		}
		finally {
			this.lock.unlock();
		}
		this.task.request();
	}

	/** An event has arrived, known to be committed at its position. */
	void arrived(Event event, int partition) {
		InHand next = null;
		this.lock.lock();
		try {
			PartitionState state = this.partitions.get(partition);
			if (state == null) {
				this.heard.merge(partition, PartitionState.number(event), Math::max);
				foreign();
				return;
			}
			if (state.arrived(event, hasRoom())) {
				this.queued++;
				next = next(state);
			}
			else if (state.behind) {
				this.task.request();
			}
		}
		finally {
			this.lock.unlock();
		}
		offer(next);
	}

	private boolean hasRoom() {
		return this.queued < room();
	}

	private int room() {
		return this.members.stream().mapToInt(Member::bufferSize).max().orElse(1);
	}

	/** Another process should own it: looks now and then whether one does. */
	private void foreign() {
		if (this.listening && !this.closing && this.problem == null) {
			this.context.lookSoon().run();
		}
	}

	/** Takes the next event that has to be offered to a handler; the lock is held. */
	private @Nullable InHand next(PartitionState state) {
		while (state.isIdle() && !this.closing) {
			if (state.isRetryDue(System.nanoTime())) {
				this.task.request();
				return null;
			}
			Event event = state.pending.poll();
			if (event == null) {
				if (state.behind) {
					this.task.request();
				}
				return null;
			}
			this.queued--;
			Member member = memberFor(event);
			if (member == null) {
				done(state, event);
			}
			else if (state.held.apps().contains(Held.app(event))) {
				state.take(event, null, 0, false).settle(Todo.QUEUE, null);
				this.task.request();
			}
			else {
				return state.take(event, member, 0, false);
			}
		}
		return null;
	}

	private @Nullable Member memberFor(Event event) {
		for (Member member : this.members) {
			if (member.filter().matches(event)) {
				return member;
			}
		}
		return null;
	}

	private void done(PartitionState state, Event event) {
		state.done(event);
		this.unacknowledged++;
		if (this.unacknowledged == 1) {
			schedule(this.context.settings().acknowledgeAfter(), this::flushSoon);
		}
		else if (this.unacknowledged == this.context.settings().acknowledgeEvery()) {
			this.flushDue = true;
			this.task.request();
		}
	}

	private void flushSoon() {
		this.lock.lock();
		try {
			this.flushDue = true;
		}
		finally {
			this.lock.unlock();
		}
		this.task.request();
	}

	private void offer(@Nullable InHand next) {
		if (next != null && next.member != null) {
			this.context.dispatcher().offer(next.member.subscription(), next.event);
		}
	}

	/** Calls the handler, on a thread of its subscription. */
	void handle(Member member, int partition, Event event) throws Exception {
		PartitionState state;
		InHand inHand;
		this.lock.lock();
		try {
			state = this.partitions.get(partition);
			inHand = (state != null) ? state.inHand() : null;
			if (state == null || inHand == null || inHand.begun || !inHand.event.equals(event) || state.stale) {
				return; // meanwhile it has become another process's
			}
			inHand.begun = true;
		}
		finally {
			this.lock.unlock();
		}
		Attempt attempt = new Attempt(this.name, event, inHand.attempts + 1, inHand.held, () -> enlist(state, inHand));
		Throwable error = null;
		try {
			attempt.run(() -> member.handler().onEvent(event));
		}
		catch (Throwable ex) {
			error = ex;
		}
		rethrow(settled(state, inHand, attempt.state(), error));
	}

	private static void rethrow(@Nullable Throwable error) throws Exception {
		if (error instanceof Error serious) {
			throw serious;
		}
		if (error instanceof Exception exception) {
			throw exception;
		}
	}

	/** The handler's transaction moves the cursor: no other thread does meanwhile. */
	private Cursor enlist(PartitionState state, InHand inHand) {
		this.lock.lock();
		try {
			inHand.enlisted = true;
			while (state.moving) {
				this.moved.awaitUninterruptibly();
			}
			return state.cursor();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** The handler has ended; returns what it is to be blamed for. */
	private @Nullable Throwable settled(PartitionState state, InHand inHand, Attempt.State outcome,
			@Nullable Throwable error) {
		InHand next;
		Throwable blamed;
		this.lock.lock();
		try {
			blamed = settle(state, inHand, outcome, error);
			this.failed += (blamed != null) ? 1 : 0;
			next = (state.inHand() == null) ? next(state) : null;
			if ((state.inHand() != null && next == null) || state.stale || state.surplus) {
				this.task.request();
			}
		}
		finally {
			this.lock.unlock();
		}
		offer(next);
		return blamed;
	}

	private @Nullable Throwable settle(PartitionState state, InHand inHand, Attempt.State outcome,
			@Nullable Throwable error) {
		Throwable problem = (error == null && outcome == Attempt.State.ROLLED_BACK)
				? new IllegalStateException("the handler's transaction was rolled back") : error;
		if (state.stale || outcome == Attempt.State.FENCED) {
			state.putDown();
			forget(state);
			return (outcome == Attempt.State.FENCED) ? null : problem;
		}
		if (outcome == Attempt.State.COMMITTED || (outcome == Attempt.State.ENLISTED && problem == null)) {
			committed(state, inHand);
			this.handled += (problem == null) ? 1 : 0;
			return problem;
		}
		if (problem == null) {
			this.handled++;
			if (inHand.held) {
				inHand.settle(Todo.HANDLED, null);
			}
			else {
				state.putDown();
				done(state, inHand.event);
			}
			this.uncounted = 0;
			return null;
		}
		if (this.closing && isInterrupt(problem)) {
			state.putDown();
			forget(state);
			return problem;
		}
		if (Transience.isTransient(problem) && ++this.uncounted < MAX_UNCOUNTED) {
			state.putDown();
			again(state, inHand);
			return null;
		}
		inHand.settle(inHand.held ? Todo.FAILED_AGAIN : Todo.HOLD, problem);
		return problem;
	}

	private static boolean isInterrupt(Throwable problem) {
		return problem instanceof InterruptedException || problem.getCause() instanceof InterruptedException;
	}

	private void committed(PartitionState state, InHand inHand) {
		this.uncounted = 0;
		if (inHand.held) {
			inHand.settle(Todo.REFRESH, null);
			return;
		}
		state.putDown();
		state.acknowledged(inHand.event);
	}

	private void again(PartitionState state, InHand inHand) {
		if (!inHand.held) {
			state.pending.addFirst(inHand.event);
			this.queued++;
		}
	}

	/** The partition is not ours as we knew it; the lock is held. */
	private void forget(PartitionState state) {
		InHand inHand = state.inHand();
		if (inHand != null && inHand.begun && inHand.todo == Todo.NONE) {
			state.stale = true;
			return;
		}
		this.queued -= state.pending.size();
		state.pending.clear();
		state.stale = true;
		this.partitions.remove(state.partition, state);
		this.shareDue = true;
	}

	/** One turn of the task; whatever goes wrong, another one follows. */
	private void pass() {
		this.storeLock.lock();
		try {
			work();
			if (this.failures > 0) {
				logger.info("{}: group {} has the event log back", this.context.busName(), this.name);
			}
			this.failures = 0;
			this.trouble = null;
			scheduleRetry();
		}
		catch (Throwable ex) {
			troubled(ex);
		}
		finally {
			this.storeLock.unlock();
		}
	}

	private void troubled(Throwable failure) {
		this.failures++;
		this.lock.lock();
		try {
			this.shareDue = true;
			this.flushDue = true;
		}
		finally {
			this.lock.unlock();
		}
		String text = LogText.of(String.valueOf(failure), LogText.MESSAGE);
		this.trouble = "the event log cannot be reached: " + text;
		if (this.failures == 1) {
			logger.warn("{}: group {} cannot reach the event log, trying again for ever: {}", this.context.busName(),
					this.name, text, failure);
		}
		else {
			logger.debug("{}: group {} cannot reach the event log, attempt {}", this.context.busName(), this.name,
					this.failures, failure);
		}
		schedule(this.context.backoff().delay(this.failures), this.task::request);
	}

	private void work() throws Exception {
		share();
		settleInHand();
		retry();
		readBehind();
		flush();
		releaseSurplus();
	}

	private void share() throws Exception {
		boolean reloading;
		int version;
		List<Member> asked;
		this.lock.lock();
		try {
			if (!this.shareDue || !this.listening) {
				return;
			}
			this.shareDue = false;
			asked = this.closing ? List.of() : List.copyOf(this.members);
			version = this.version;
			reloading = this.reload;
			this.reload = false;
			if (reloading) {
				this.flushDue = true;
			}
		}
		finally {
			this.lock.unlock();
		}
		if (reloading) {
			reload();
		}
		List<SubscriptionFilter> filters = asked.stream().map(Member::filter).toList();
		Share share = this.context.store().share(this.name, filters, this.from);
		report(share.problem());
		await(share.waiting());
		apply(share, version);
		asked.forEach((member) -> member.subscription().live());
	}

	private void reload() throws Exception {
		try {
			flush();
		}
		catch (Exception ex) {
			gap();
			throw ex;
		}
		forgetAll();
	}

	private void report(@Nullable String problem) {
		if (problem != null && !problem.equals(this.problem)) {
			logger.warn("{}: group {} handles nothing here: {}", this.context.busName(), this.name, problem);
		}
		this.problem = problem;
	}

	/** Somebody's transaction keeps a partition, which he has lost, from us. */
	private void await(@Nullable String obstacle) {
		if (obstacle != null) {
			if (this.waiting == null) {
				logger.warn("{}: group {} cannot take over from an instance that is gone, and tries again: {}",
						this.context.busName(), this.name, obstacle);
			}
			schedule(WAIT, this::look);
		}
		this.waiting = obstacle;
	}

	private void forgetAll() {
		this.lock.lock();
		try {
			List.copyOf(this.partitions.values()).forEach(this::forget);
			this.shareDue = false;
		}
		finally {
			this.lock.unlock();
		}
	}

	private void apply(Share share, int version) {
		List<InHand> offers = new ArrayList<>();
		this.lock.lock();
		try {
			if (!this.listening) {
				return; // suspended meanwhile
			}
			Map<Integer, Share.Owned> owned = new HashMap<>();
			share.owned().forEach((one) -> owned.put(one.cursor().partition(), one));
			for (PartitionState state : List.copyOf(this.partitions.values())) {
				Share.Owned one = owned.get(state.partition);
				if (one == null || one.cursor().epoch() != state.epoch) {
					boolean waiting = this.shareDue;
					forget(state);
					this.shareDue = waiting;
				}
			}
			for (Share.Owned one : share.owned()) {
				add(offers, apply(one, version != this.version));
			}
			this.heard.clear();
		}
		finally {
			this.lock.unlock();
		}
		offers.forEach((next) -> offer(next));
	}

	private @Nullable InHand apply(Share.Owned owned, boolean outdated) {
		PartitionState state = this.partitions.get(owned.cursor().partition());
		if (state == null) {
			state = new PartitionState(owned, System.nanoTime());
			state.behind |= this.heard.getOrDefault(state.partition, 0L) > state.received;
			state.surplus |= outdated;
			this.partitions.put(state.partition, state);
		}
		else if (!state.stale) {
			state.surplus = owned.surplus() || outdated;
			state.behind |= owned.head() > state.received;
			state.held(owned.held(), System.nanoTime());
		}
		return next(state);
	}

	private static void add(List<InHand> offers, @Nullable InHand offer) {
		if (offer != null) {
			offers.add(offer);
		}
	}

	private List<PartitionState> where(Predicate<PartitionState> condition) {
		this.lock.lock();
		try {
			return this.partitions.values().stream().filter(condition).toList();
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Writes down what has become of events in hand. */
	private void settleInHand() throws Exception {
		for (PartitionState state : where(GroupConsumer::isSettled)) {
			InHand inHand = state.inHand();
			if (inHand != null) {
				settleInHand(state, inHand);
			}
		}
	}

	private static boolean isSettled(PartitionState state) {
		InHand inHand = state.inHand();
		return inHand != null && inHand.todo != Todo.NONE;
	}

	private void settleInHand(PartitionState state, InHand inHand) throws Exception {
		boolean own = write(state.cursor(), inHand);
		// Behind others of its app nothing changes: it is one of many, maybe.
		Held held = (own && inHand.todo != Todo.QUEUE) ? this.context.store().held(this.name, state.partition)
				: state.held;
		InHand next = null;
		this.lock.lock();
		try {
			state.putDown();
			if (!own) {
				forget(state);
				this.task.request();
				return;
			}
			if (!inHand.held) {
				state.acknowledged(inHand.event);
			}
			if (inHand.todo != Todo.QUEUE) {
				state.held(held, System.nanoTime());
			}
			next = next(state);
		}
		finally {
			this.lock.unlock();
		}
		offer(next);
	}

	private boolean write(Cursor cursor, InHand inHand) throws Exception {
		GroupStore store = this.context.store();
		return switch (inHand.todo) {
			case QUEUE -> store.hold(this.name, cursor, inHand.event, Failure.BEHIND);
			case HOLD -> store.hold(this.name, cursor, inHand.event, failure(inHand));
			case HANDLED -> store.handled(this.name, cursor, inHand.event);
			case FAILED_AGAIN -> store.failedAgain(this.name, cursor, inHand.event, failure(inHand));
			case REFRESH, NONE -> true;
		};
	}

	private Failure failure(InHand inHand) {
		int attempts = inHand.attempts + 1;
		boolean park = attempts >= this.context.settings().maxAttempts();
		String error = LogText.of(String.valueOf(inHand.error), LogText.MESSAGE);
		if (park) {
			logger.error(
					"{}: group {} gives up {} at {} after {} attempts: it is parked, later events of its app wait "
							+ "until it is redriven or skipped: {}",
					this.context.busName(), this.name, inHand.event, inHand.event.position(), attempts, error);
		}
		return new Failure(attempts, error, park ? null : this.context.settings().retry().delay(attempts));
	}

	/** Begins attempts of held events that are due. */
	private void retry() throws Exception {
		long now = System.nanoTime();
		for (PartitionState state : where((one) -> one.isIdle() && one.isRetryDue(now))) {
			HeldEvent due = this.context.store().due(this.name, state.partition);
			Held held = (due == null) ? this.context.store().held(this.name, state.partition) : state.held;
			InHand next;
			this.lock.lock();
			try {
				next = retry(state, due, held);
			}
			finally {
				this.lock.unlock();
			}
			offer(next);
		}
	}

	private @Nullable InHand retry(PartitionState state, @Nullable HeldEvent due, Held held) {
		if (!state.isIdle() || this.closing) {
			return null;
		}
		if (due == null) {
			state.held(held, System.nanoTime());
			return next(state);
		}
		Member member = memberFor(due.event());
		InHand inHand = state.take(due.event(), member, due.attempts(), true);
		if (member == null) {
			inHand.settle(Todo.HANDLED, null);
			this.task.request();
		}
		return inHand;
	}

	private void readBehind() throws Exception {
		for (PartitionState state : where((one) -> one.behind && one.pending.isEmpty())) {
			int limit = reserve(state);
			if (limit > 0) {
				read(state, limit);
			}
		}
	}

	private int reserve(PartitionState state) {
		this.lock.lock();
		try {
			if (state.stale || state.surplus || this.closing || !hasRoom()) {
				return 0;
			}
			state.behind = false;
			return Math.min(this.context.settings().pageSize(), Math.max(1, room() - this.queued));
		}
		finally {
			this.lock.unlock();
		}
	}

	private void read(PartitionState state, int limit) throws Exception {
		Page page;
		try {
			page = this.context.store().read(state.partition, state.received, limit);
		}
		catch (Exception ex) {
			state.behind = true;
			throw ex;
		}
		boolean expired;
		this.lock.lock();
		try {
			if (state.stale) {
				return;
			}
			expired = page.expired() > state.received;
		}
		finally {
			this.lock.unlock();
		}
		if (expired) {
			// Before the events that follow it, and behind those before it.
			raiseExpired(state, page.expired());
		}
		InHand next;
		this.lock.lock();
		try {
			if (expired) {
				state.expired(page.expired());
				this.flushDue = true;
			}
			int before = state.pending.size();
			state.arrived(page);
			this.queued += state.pending.size() - before;
			next = next(state);
		}
		finally {
			this.lock.unlock();
		}
		offer(next);
	}

	private void raiseExpired(PartitionState state, long expired) {
		Instant now = this.context.clock().instant();
		logger.warn(
				"{}: group {} was away for longer than events are kept: positions {} to {} of partition {} are gone",
				this.context.busName(), this.name, state.received + 1, expired, state.partition);
		Gap gap = new Gap(Gap.Reason.EXPIRED, now, now, 0);
		this.members.forEach((member) -> member.subscription().gap(gap));
	}

	/** Moves the cursors, if it is time. */
	private void flush() throws Exception {
		Map<Integer, PartitionState> moving = new HashMap<>();
		List<Progress> progress = new ArrayList<>();
		this.lock.lock();
		try {
			if (!this.flushDue) {
				return;
			}
			this.flushDue = false;
			this.unacknowledged = 0;
			for (PartitionState state : this.partitions.values()) {
				if (state.isDirty() && !state.stale && !isEnlisted(state)) {
					state.moving = true;
					moving.put(state.partition, state);
					progress.add(state.progress());
				}
			}
		}
		finally {
			this.lock.unlock();
		}
		Set<Integer> refused = null;
		try {
			refused = progress.isEmpty() ? Set.of() : this.context.store().acknowledge(this.name, progress);
		}
		finally {
			flushed(moving, progress, refused);
		}
	}

	private static boolean isEnlisted(PartitionState state) {
		InHand inHand = state.inHand();
		return inHand != null && (inHand.enlisted || inHand.todo != Todo.NONE);
	}

	private void flushed(Map<Integer, PartitionState> moving, Collection<Progress> progress,
			@Nullable Set<Integer> refused) {
		this.lock.lock();
		try {
			for (Progress one : progress) {
				PartitionState state = moving.get(one.cursor().partition());
				if (state == null) {
					continue;
				}
				state.moving = false;
				if (refused == null) {
					continue;
				}
				if (refused.contains(state.partition)) {
					forget(state);
					this.task.request();
				}
				else {
					state.acknowledged(one.position());
				}
			}
			this.moved.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	private void releaseSurplus() throws Exception {
		List<PartitionState> surplus = where((one) -> one.surplus && !one.stale && one.inHand() == null);
		if (surplus.isEmpty()) {
			return;
		}
		flushSoon();
		flush();
		List<Cursor> released = new ArrayList<>();
		this.lock.lock();
		try {
			for (PartitionState state : surplus) {
				if (!state.stale && !state.isDirty()) {
					released.add(state.cursor());
					boolean waiting = this.shareDue;
					forget(state);
					this.shareDue = waiting;
				}
			}
		}
		finally {
			this.lock.unlock();
		}
		if (!released.isEmpty()) {
			this.context.store().release(this.name, released);
		}
	}

	/** The task is to run again when the next held event is due. */
	private void scheduleRetry() {
		long now = System.nanoTime();
		long delay = Long.MAX_VALUE;
		this.lock.lock();
		try {
			for (PartitionState state : this.partitions.values()) {
				if (state.retryAt != null && state.isIdle()) {
					delay = Math.min(delay, Math.max(1, state.retryAt - now));
				}
			}
			if (delay == Long.MAX_VALUE || (this.retryTimer != null && this.retryTimer - now <= delay)) {
				return;
			}
			this.retryTimer = now + delay;
		}
		finally {
			this.lock.unlock();
		}
		schedule(Duration.ofNanos(delay), this::retryNow);
	}

	private void retryNow() {
		this.lock.lock();
		try {
			this.retryTimer = null;
		}
		finally {
			this.lock.unlock();
		}
		this.task.request();
	}

	private void schedule(Duration delay, Runnable action) {
		try {
			this.context.timer().schedule(action, delay.toNanos(), TimeUnit.NANOSECONDS);
		}
		catch (RejectedExecutionException ex) {
			logger.debug("{}: group {} is closed", this.context.busName(), this.name);
		}
	}

	/** Begins nothing any more. */
	void close() {
		this.lock.lock();
		try {
			this.closing = true;
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Its handlers here. */
	List<BusSubscription> subscriptions() {
		return this.members.stream().map(Member::subscription).toList();
	}

	/** Moves the cursors and gives all up, once nothing is in hand any more. */
	void finish() {
		this.lock.lock();
		try {
			this.partitions.values().forEach((state) -> state.surplus = true);
			this.shareDue = false;
		}
		finally {
			this.lock.unlock();
		}
		this.storeLock.lock();
		try {
			settleInHand();
			releaseSurplus();
			if (this.listening) {
				this.context.store().share(this.name, List.of(), this.from);
			}
		}
		catch (Exception ex) {
			logger.debug(
					"{}: group {} could not give up its partitions, which are free as soon as its session has ended",
					this.context.busName(), this.name, ex);
		}
		finally {
			leave();
			this.storeLock.unlock();
		}
	}

	private void leave() {
		this.lock.lock();
		try {
			this.listening = false;
		}
		finally {
			this.lock.unlock();
		}
	}

}
