package dev.pgevents.benchmarks.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.Gap;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.SubscriptionStats;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.fault.DeliveryLedger;
import dev.pgevents.postgres.fault.NumberedPublisher;
import dev.pgevents.postgres.fault.Published;

/** A subscription and the ledger of what it gets. */
final class SoakSubscription implements EventHandler {

	/** So slow that a buffer of twenty overflows now and then, and empties again. */
	private static final int SLOW_EVERY = 500;

	private static final int SLOW_MILLIS = 150;

	private final String name;

	private final DeliveryLedger ledger = new DeliveryLedger();

	private final Subscription subscription;

	private volatile boolean slow;

	SoakSubscription(String name, PostgresEventBus bus, SubscriptionFilter filter, SubscriptionOptions options) {
		this.name = name;
		this.subscription = bus.subscribe(filter, options, this);
	}

	void slow() {
		this.slow = true;
	}

	@Override
	public void onEvent(Event event) throws InterruptedException {
		this.ledger.onEvent(event);
		if (this.slow && this.ledger.events() % SLOW_EVERY == 0) {
			new CountDownLatch(1).await(SLOW_MILLIS, TimeUnit.MILLISECONDS);
		}
	}

	@Override
	public void onGap(Gap gap) {
		this.ledger.onGap(gap);
	}

	void awaitReady() throws InterruptedException, ExecutionException, TimeoutException {
		this.subscription.ready().get(SoakRun.LIMIT.toSeconds(), TimeUnit.SECONDS);
	}

	/** Owed is what is published after that. */
	void onReady(List<? extends Published> publishers) {
		publishers.forEach(this.ledger::owedNothing);
		this.subscription.ready().thenRun(() -> publishers.forEach(this.ledger::owedFromNow));
	}

	void close() {
		this.subscription.close();
	}

	void awaitDelivery(List<NumberedPublisher> publishers) throws InterruptedException {
		for (NumberedPublisher publisher : publishers) {
			this.ledger.awaitEvent(publisher, publisher.awaitNext(SoakRun.LIMIT), SoakRun.LIMIT);
		}
	}

	List<String> problems(List<NumberedPublisher> publishers) {
		List<String> problems = new ArrayList<>();
		try {
			for (NumberedPublisher publisher : publishers) {
				this.ledger.awaitLast(publisher, SoakRun.LIMIT);
			}
			this.ledger.verify(publishers.toArray(Published[]::new));
		}
		catch (AssertionError ex) {
			problems.add(this.name + ": " + ex.getMessage());
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
		SubscriptionStats stats = this.subscription.stats();
		long told = this.ledger.gaps().stream().filter(SoakSubscription::isOverflow).mapToLong(Gap::dropped).sum();
		if (told != stats.dropped()) {
			problems.add(this.name + ": " + stats.dropped() + " events were dropped, and " + told + " told");
		}
		return problems;
	}

	private static boolean isOverflow(Gap gap) {
		return gap.reason() == Gap.Reason.OVERFLOW;
	}

	String summary() {
		Map<Gap.Reason, Integer> gaps = new TreeMap<>();
		this.ledger.gaps().forEach((gap) -> gaps.merge(gap.reason(), 1, Integer::sum));
		return String.format("  %-18s %7d handled, gaps %s, longest silence %d ms%n", this.name, this.ledger.events(),
				gaps, this.ledger.longestSilence().toMillis());
	}

}
