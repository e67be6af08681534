package dev.pgevents.postgres.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.Gap;

/**
 * The handler of one subscription to {@link NumberedPublisher}s: writes down what it
 * gets, and tells whether anything was missed in silence. Thread-safe.
 */
public final class DeliveryLedger implements EventHandler {

	private static final int REPORTED = 10;

	private final ReentrantLock lock = new ReentrantLock();

	private final Condition added = this.lock.newCondition();

	private final List<Entry> entries = new ArrayList<>();

	private final Map<String, Integer> newest = new HashMap<>();

	private final Map<String, Integer> from = new HashMap<>();

	private final List<Gap> gaps = new ArrayList<>();

	private long longestSilence;

	private long lastEvent = System.nanoTime();

	@Override
	public void onEvent(Event event) {
		int number = event.payloadAs(Integer.class);
		String publisher = String.valueOf(event.appId());
		this.lock.lock();
		try {
			this.entries.add(new Entry(publisher, number));
			this.newest.merge(publisher, number, Math::max);
			long now = System.nanoTime();
			this.longestSilence = Math.max(this.longestSilence, now - this.lastEvent);
			this.lastEvent = now;
			this.added.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	@Override
	public void onGap(Gap gap) {
		this.lock.lock();
		try {
			this.entries.add(Entry.GAP);
			this.gaps.add(gap);
			this.added.signalAll();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Says that the subscription is live now, and that only events begun from here on are
	 * owed to it. Not needed where that is before the publisher starts.
	 * @param publisher the publisher
	 */
	public void owedFromNow(Published publisher) {
		this.lock.lock();
		try {
			this.from.put(publisher.name(), publisher.begun());
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Says that the subscription is not live yet, and owed nothing until
	 * {@link #owedFromNow}.
	 * @param publisher the publisher
	 */
	public void owedNothing(Published publisher) {
		this.lock.lock();
		try {
			this.from.put(publisher.name(), Integer.MAX_VALUE);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * How many events were handled.
	 * @return the number so far
	 */
	public int events() {
		this.lock.lock();
		try {
			return this.entries.size() - this.gaps.size();
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * The gaps that were told.
	 * @return those so far, in their order
	 */
	public List<Gap> gaps() {
		this.lock.lock();
		try {
			return List.copyOf(this.gaps);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * The longest time between two events.
	 * @return the time so far
	 */
	public Duration longestSilence() {
		this.lock.lock();
		try {
			return Duration.ofNanos(this.longestSilence);
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Waits until delivery is back: until an event is handled that is begun after this
	 * call.
	 * @param publisher a publisher that goes on
	 * @param limit how long to wait
	 * @throws InterruptedException if interrupted
	 * @throws AssertionError if there is none in time
	 */
	public void awaitDeliveryBack(Published publisher, Duration limit) throws InterruptedException {
		awaitEvent(publisher, publisher.begun(), limit);
	}

	/**
	 * Waits until an event or a later one of its publisher is handled.
	 * @param publisher the publisher
	 * @param number the event's number
	 * @param limit how long to wait
	 * @throws InterruptedException if interrupted
	 * @throws AssertionError if there is none in time
	 */
	public void awaitEvent(Published publisher, int number, Duration limit) throws InterruptedException {
		this.lock.lock();
		try {
			long left = limit.toNanos();
			while (newest(publisher) < number) {
				if (left <= 0) {
					throw new AssertionError("no event from number " + number + " on of publisher " + publisher.name()
							+ " arrived for " + limit + ": the newest is " + newest(publisher) + " of "
							+ publisher.begun() + " begun");
				}
				left = this.added.awaitNanos(left);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private int newest(Published publisher) {
		return this.newest.getOrDefault(publisher.name(), -1);
	}

	/**
	 * Waits until nothing more is owed by a publisher that has stopped: until its last
	 * event is handled, or a gap after those that were.
	 * @param publisher the publisher
	 * @param limit how long to wait
	 * @throws InterruptedException if interrupted
	 * @throws AssertionError if something is still owed
	 */
	public void awaitLast(Published publisher, Duration limit) throws InterruptedException {
		int last = publisher.begun() - 1;
		while (last >= 0 && publisher.outcome(last) != Published.Outcome.ACKNOWLEDGED) {
			last--;
		}
		this.lock.lock();
		try {
			long left = limit.toNanos();
			while (newest(publisher) < last && !endsWithGap()) {
				if (left <= 0) {
					throw new AssertionError("the last event, number " + last + ", of publisher " + publisher.name()
							+ " did not arrive for " + limit + ": the newest is " + newest(publisher));
				}
				left = this.added.awaitNanos(left);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	private boolean endsWithGap() {
		return !this.entries.isEmpty() && this.entries.get(this.entries.size() - 1) == Entry.GAP;
	}

	/**
	 * Waits until a number of gaps have been told.
	 * @param count how many at least
	 * @param limit how long to wait
	 * @throws InterruptedException if interrupted
	 * @throws AssertionError if there are fewer
	 */
	public void awaitGaps(int count, Duration limit) throws InterruptedException {
		this.lock.lock();
		try {
			long left = limit.toNanos();
			while (this.gaps.size() < count) {
				if (left <= 0) {
					throw new AssertionError(this.gaps.size() + " gaps were told in " + limit + ", not " + count);
				}
				left = this.added.awaitNanos(left);
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/**
	 * Checks that every event published was handled, or that a gap stands in its place;
	 * that none was handled twice, and none that was not published; and that each
	 * publisher's order was kept (but for events of which the publisher itself does not
	 * know when, if ever, they were published). For when the publishers have ended and
	 * the last event has been handled.
	 * @param publishers all publishers whose events the subscription wants
	 * @throws AssertionError if not
	 */
	public void verify(Published... publishers) {
		verify(false, publishers);
	}

	/**
	 * Checks the same, but takes gaps that stand after the place of what is missing.
	 * @param publishers all publishers whose events the subscription wants
	 * @throws AssertionError if not
	 */
	public void verifyLeniently(Published... publishers) {
		verify(true, publishers);
	}

	private void verify(boolean lenient, Published... publishers) {
		this.lock.lock();
		try {
			List<String> problems = new ArrayList<>();
			for (Published publisher : publishers) {
				new Audit(publisher, this.from.getOrDefault(publisher.name(), 0), lenient, problems).run(this.entries);
			}
			if (!problems.isEmpty()) {
				throw new AssertionError(problems.size() + " times the promise was broken, with "
						+ (this.entries.size() - this.gaps.size()) + " events handled and " + this.gaps.size()
						+ " gaps told:\n"
						+ String.join("\n", problems.subList(0, Math.min(REPORTED, problems.size()))));
			}
		}
		finally {
			this.lock.unlock();
		}
	}

	/** An event, or a gap. */
	private record Entry(String publisher, int number) {

		private static final Entry GAP = new Entry("", -1);

	}

	/** Goes through the entries with the eyes of one publisher. */
	private static final class Audit {

		private final Published publisher;

		private final boolean lenient;

		private final List<String> problems;

		private final Set<Integer> seen = new HashSet<>();

		private final List<String> awaitingGap = new ArrayList<>();

		private int next;

		private boolean gap;

		private Audit(Published publisher, int from, boolean lenient, List<String> problems) {
			this.publisher = publisher;
			this.next = from;
			this.lenient = lenient;
			this.problems = problems;
		}

		private void run(List<Entry> entries) {
			for (Entry entry : entries) {
				if (entry == Entry.GAP) {
					this.gap = true;
					this.awaitingGap.clear();
				}
				else if (entry.publisher().equals(this.publisher.name())) {
					event(entry.number());
				}
			}
			missing(this.publisher.begun(), "the end");
			this.problems.addAll(this.awaitingGap);
		}

		private void event(int number) {
			String event = "event " + number + " of " + this.publisher.name();
			if (!this.seen.add(number)) {
				this.problems.add(event + " was handled twice");
			}
			else if (number >= this.publisher.begun() || this.publisher.outcome(number) == Published.Outcome.FAILED) {
				this.problems.add(event + " was handled and never published");
			}
			else if (number < this.next) {
				boolean excused = isEarly(number) || this.publisher.outcome(number) == Published.Outcome.UNKNOWN;
				if (!excused) {
					this.problems.add(event + " was handled after event " + (this.next - 1));
				}
			}
			else {
				missing(number, "event " + number);
			}
		}

		/** Whether an event was under way when the subscription went live. */
		private boolean isEarly(int number) {
			return this.seen.stream().allMatch((other) -> other <= number);
		}

		private void missing(int until, String before) {
			List<Integer> missing = new ArrayList<>();
			for (int number = this.next; number < until; number++) {
				if (this.publisher.outcome(number) == Published.Outcome.ACKNOWLEDGED) {
					missing.add(number);
				}
			}
			if (!missing.isEmpty() && !this.gap) {
				String problem = missing.size() + " events of " + this.publisher.name() + ", the first is number "
						+ missing.get(0) + ", were missed in silence before " + before;
				(this.lenient ? this.awaitingGap : this.problems).add(problem);
			}
			this.next = Math.max(this.next, until + 1);
			this.gap = false;
		}

	}

}
