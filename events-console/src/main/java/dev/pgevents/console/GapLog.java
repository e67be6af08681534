package dev.pgevents.console;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

import dev.pgevents.Gap;
import dev.pgevents.Subscription;
import dev.pgevents.SyncTrigger;
import dev.pgevents.spring.SyncRun;
import org.jspecify.annotations.Nullable;

/**
 * The last gaps, and the runs of synchronizing methods that came after them. Bounded and
 * thread-safe.
 */
final class GapLog {

	private static final int KEPT = 100;

	private static final int RUNS_KEPT = 500;

	/** An overflow that goes on is one gap. */
	private static final Duration TOGETHER = Duration.ofSeconds(3);

	private final ReentrantLock lock = new ReentrantLock();

	private final Deque<Told> gaps = new ArrayDeque<>();

	private final Deque<SyncRun> runs = new ArrayDeque<>();

	private final Map<String, Long> dropped = new HashMap<>();

	/** A gap that every subscription gets. */
	void add(Gap gap) {
		add(new Told(gap, null));
	}

	/** Looks whose buffer has overflowed since the last look. */
	void look(Iterable<Subscription> subscriptions, Instant now, Duration sinceLastLook) {
		Set<String> open = new HashSet<>();
		for (Subscription subscription : subscriptions) {
			open.add(subscription.name());
			long total = subscription.stats().dropped();
			Long before = this.dropped.put(subscription.name(), total);
			if (total > ((before != null) ? before : 0)) {
				long more = total - ((before != null) ? before : 0);
				overflowed(subscription.name(), new Gap(Gap.Reason.OVERFLOW, now.minus(sinceLastLook), now, more));
			}
		}
		this.dropped.keySet().retainAll(open);
	}

	private void overflowed(String subscription, Gap gap) {
		this.lock.lock();
		try {
			Told last = this.gaps.peekLast();
			if (last != null && subscription.equals(last.subscription())
					&& last.gap().until().plus(TOGETHER).isAfter(gap.since())) {
				this.gaps.removeLast();
				this.gaps.add(new Told(last.gap().merge(gap), subscription));
			}
			else {
				add(new Told(gap, subscription));
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private void add(Told told) {
		this.lock.lock();
		try {
			this.gaps.add(told);
			if (this.gaps.size() > KEPT) {
				this.gaps.remove();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** Of runs for other reasons there are too many, and they heal nothing. */
	void ran(SyncRun run) {
		SyncTrigger.Cause cause = run.trigger().cause();
		if (run.failure() != null || (cause != SyncTrigger.Cause.GAP && cause != SyncTrigger.Cause.RETRY)) {
			return;
		}
		this.lock.lock();
		try {
			this.runs.add(run);
			if (this.runs.size() > RUNS_KEPT) {
				this.runs.remove();
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** The gaps, the oldest first. */
	List<View> view() {
		this.lock.lock();
		try {
			List<View> views = new ArrayList<>();
			this.gaps.forEach((told) -> views.add(view(told)));
			return views;
		}
		finally {
			this.lock.unlock();
		}
	}

	private View view(Told told) {
		Gap gap = told.gap();
		Map<String, Healing> healed = new LinkedHashMap<>();
		if (told.subscription() == null) {
			for (SyncRun run : this.runs) {
				if (!run.started().isBefore(gap.until())) {
					healed.putIfAbsent(run.id(), healing(gap, run));
				}
			}
		}
		return new View(gap.reason(), gap.since(), gap.until(), gap.dropped(), told.subscription(),
				List.copyOf(healed.values()));
	}

	private static Healing healing(Gap gap, SyncRun run) {
		Instant ended = run.started().plus(run.took());
		return new Healing(run.id(), Duration.between(gap.until(), ended).toNanos() / 1e6, run.took().toNanos() / 1e6);
	}

	private record Told(Gap gap, @Nullable String subscription) {

	}

	/**
	 * A gap as the page shows it.
	 *
	 * @param reason why events may be missing
	 * @param since when the last thing before it was known to be complete
	 * @param until when delivery was complete again
	 * @param dropped how many events are missing, 0 where it cannot be known
	 * @param subscription whose gap it is, or null if everybody's
	 * @param healed the first run of each synchronizing method that came after it
	 */
	record View(Gap.Reason reason, Instant since, Instant until, long dropped, @Nullable String subscription,
			List<Healing> healed) {

	}

	/**
	 * A run of a synchronizing method after a gap.
	 *
	 * @param sync the method's id
	 * @param after milliseconds from the end of the gap to the end of the run
	 * @param took how many of them it ran
	 */
	record Healing(String sync, double after, double took) {

	}

}
