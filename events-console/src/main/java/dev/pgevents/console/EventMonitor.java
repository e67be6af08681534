package dev.pgevents.console;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventHandler;
import dev.pgevents.Gap;
import dev.pgevents.OverflowPolicy;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.BusMonitor;
import org.jspecify.annotations.Nullable;

/**
 * A subscription of the console's own: counts and times all events, and keeps the gaps.
 * Where it cannot keep up it drops the oldest and says how many. Thread-safe.
 */
final class EventMonitor implements EventHandler {

	/** The name of the subscription. */
	static final String NAME = "events-console";

	private static final int BUFFER = 4096;

	private final EventBus bus;

	private final Consumer<Received> feed;

	private final GapLog gaps;

	private final CommitTimes commitTimes;

	private final Clock clock;

	private final Seconds seconds;

	private final LongAdder missed = new LongAdder();

	private final LongAdder ahead = new LongAdder();

	private volatile @Nullable Instant listeningSince;

	private volatile @Nullable Subscription subscription;

	/**
	 * Not subscribed yet.
	 * @param bus the bus
	 * @param feed given each event
	 * @param gaps given the gaps
	 * @param commitTimes from when latency counts, where that is known
	 * @param clock gives the time at which an event was received
	 */
	EventMonitor(EventBus bus, Consumer<Received> feed, GapLog gaps, CommitTimes commitTimes, Clock clock) {
		this.bus = bus;
		this.feed = feed;
		this.gaps = gaps;
		this.commitTimes = commitTimes;
		this.clock = clock;
		this.seconds = new Seconds(clock.instant().getEpochSecond());
	}

	void subscribe() {
		this.subscription = this.bus.subscribe(SubscriptionFilter.all(),
				SubscriptionOptions.builder()
					.name(NAME)
					.bufferSize(BUFFER)
					.overflow(OverflowPolicy.DROP_OLDEST)
					.build(),
				this);
	}

	void unsubscribe() {
		Subscription open = this.subscription;
		if (open != null) {
			open.close();
		}
		this.subscription = null;
	}

	@Override
	public void onEvent(Event event) {
		Instant now = this.clock.instant();
		Instant committed = this.commitTimes.committed(event);
		Instant since = (committed != null) ? committed : event.timestamp();
		boolean early = since.isAfter(now);
		if (early) {
			this.ahead.increment();
		}
		Duration latency = early ? Duration.ZERO : latency(since, now);
		this.seconds.add(now.getEpochSecond(), latency);
		this.feed.accept(new Received(event, latency));
	}

	/** Any client may send an event, of any time. */
	private static Duration latency(Instant published, Instant now) {
		return published.isBefore(now.minus(Duration.ofDays(1))) ? Duration.ofDays(1)
				: Duration.between(published, now);
	}

	@Override
	public void onGap(Gap gap) {
		if (gap.reason() == Gap.Reason.OVERFLOW) {
			this.missed.add(gap.dropped()); // the console's own affair
			return;
		}
		this.gaps.add(gap);
		if (gap.reason() == Gap.Reason.RECONNECTED) {
			this.listeningSince = gap.until();
		}
	}

	/** Since when events arrive; noticed by looking, once a second. */
	@Nullable Instant listeningSince() {
		if (this.bus.capability(BusMonitor.class).isPresent()) {
			if (!this.bus.isDelivering()) {
				this.listeningSince = null;
			}
			else if (this.listeningSince == null) {
				this.listeningSince = this.clock.instant();
			}
		}
		return this.listeningSince;
	}

	Seconds seconds() {
		return this.seconds;
	}

	/** Events that the console itself could not keep up with. */
	long missed() {
		return this.missed.sum();
	}

	/** Events whose publisher's clock is ahead of this one. */
	long ahead() {
		return this.ahead.sum();
	}

}
