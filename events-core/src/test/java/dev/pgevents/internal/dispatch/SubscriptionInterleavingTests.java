package dev.pgevents.internal.dispatch;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.EventTypes;
import dev.pgevents.Gap;
import dev.pgevents.Interleavings;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.SubscriptionStats;
import org.junit.jupiter.api.Test;

/**
 * Subscriptions, with threads that add, handle, close and go live in every order.
 */
class SubscriptionInterleavingTests {

	private static final Event ONE = Event.of(EventTypes.EPOCH_CLOSED, "1", null);

	private static final Event TWO = Event.of(EventTypes.EPOCH_CLOSED, "2", null);

	private static final Gap GAP = new Gap(Gap.Reason.RECONNECTED, Instant.EPOCH, Instant.EPOCH, 0);

	private static final Clock CLOCK = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

	@Test
	void eachEventIsHandledOnceWhoeverAddsItAndStartsTheWorker() {
		Interleavings.explore((threads) -> {
			AtomicInteger handled = new AtomicInteger();
			HandlerSubscription subscription = live(1, (event) -> handled.incrementAndGet(), threads.executor());
			threads.start(() -> subscription.offer(ONE));
			threads.start(() -> subscription.offer(TWO));
			threads.join();
			check(handled.get() == 2 && subscription.stats().handled() == 2, subscription);
		});
	}

	@Test
	void whatIsReservedForTheLeaderIsNeitherLostNorDoneTwice() {
		Interleavings.explore((threads) -> {
			AtomicInteger handled = new AtomicInteger();
			LeaderFollowers strategy = new LeaderFollowers("test", threads.executor(), threads.executor(), true);
			HandlerSubscription subscription = subscription(2, (event) -> handled.incrementAndGet(), strategy,
					threads.executor(), (ended) -> {
					});
			subscription.live();
			threads.start(() -> {
				strategy.beginFew(1);
				subscription.offer(ONE);
				strategy.endFew();
				strategy.runReserved();
			});
			threads.start(() -> subscription.offer(TWO));
			threads.join();
			check(handled.get() == 2, subscription);
		});
	}

	@Test
	void nothingRunsBesideAGap() {
		Interleavings.explore((threads) -> {
			AtomicInteger running = new AtomicInteger();
			AtomicBoolean gapRuns = new AtomicBoolean();
			AtomicBoolean wrong = new AtomicBoolean();
			HandlerSubscription subscription = live(2, new EventHandler() {

				@Override
				public void onEvent(Event event) {
					running.incrementAndGet();
					if (gapRuns.get()) {
						wrong.set(true);
					}
					running.decrementAndGet();
				}

				@Override
				public void onGap(Gap gap) {
					gapRuns.set(true);
					if (running.get() > 0) {
						wrong.set(true);
					}
					gapRuns.set(false);
				}
			}, threads.executor());
			subscription.offer(ONE);
			subscription.gap(GAP);
			subscription.offer(TWO);
			threads.join();
			check(!wrong.get(), subscription);
			check(subscription.stats().handled() == 2 && subscription.stats().gaps() == 1, subscription);
		});
	}

	@Test
	void closeWaitsForWhatIsInHandAndNothingBeginsAfterIt() {
		Interleavings.explore((threads) -> {
			AtomicBoolean inHand = new AtomicBoolean();
			AtomicBoolean closed = new AtomicBoolean();
			AtomicBoolean late = new AtomicBoolean();
			HandlerSubscription subscription = live(1, (event) -> {
				inHand.set(true);
				if (closed.get()) {
					late.set(true);
				}
				inHand.set(false);
			}, threads.executor());
			threads.start(() -> subscription.offer(ONE));
			threads.start(() -> {
				subscription.close();
				closed.set(true);
				if (inHand.get()) {
					late.set(true);
				}
			});
			threads.join();
			check(!late.get(), subscription);
			SubscriptionStats stats = subscription.stats();
			check(stats.received() == stats.handled() + stats.dropped() && stats.queued() == 0, subscription);
		});
	}

	@Test
	void twoClosersAndAHandlerThatClosesToo() {
		Interleavings.explore((threads) -> {
			AtomicInteger finished = new AtomicInteger();
			HandlerSubscription[] own = new HandlerSubscription[1];
			HandlerSubscription subscription = subscription(1, (event) -> own[0].close(), threads.executor(),
					(ended) -> finished.incrementAndGet());
			own[0] = subscription;
			subscription.live();
			threads.start(() -> subscription.offer(ONE));
			threads.start(subscription::close);
			threads.join();
			subscription.close();
			check(finished.get() == 1 && subscription.isClosed(), subscription);
		});
	}

	@Test
	void readyCompletesWhicheverOfLiveAndCloseIsFirst() {
		Interleavings.explore((threads) -> {
			HandlerSubscription subscription = subscription(1, (event) -> {
			}, threads.executor(), (ended) -> {
			});
			CompletableFuture<Void> early = subscription.ready();
			threads.start(subscription::live);
			threads.start(subscription::close);
			threads.start(() -> subscription.ready().handle((done, failure) -> null));
			threads.join();
			check(early.isDone() && subscription.ready().isDone(), subscription);
		});
	}

	@Test
	void whatFoundNoThreadIsTakenUpOnce() {
		Interleavings.explore((threads) -> {
			AtomicBoolean refused = new AtomicBoolean();
			AtomicInteger running = new AtomicInteger();
			AtomicInteger handled = new AtomicInteger();
			HandlerSubscription subscription = live(1, (event) -> {
				if (running.incrementAndGet() == 1) {
					handled.incrementAndGet();
				}
				running.decrementAndGet();
			}, (task) -> {
				if (refused.compareAndSet(false, true)) {
					throw new RejectedExecutionException("deliberate");
				}
				threads.start(task::run);
			});
			threads.start(() -> subscription.offer(ONE));
			threads.start(() -> subscription.offer(TWO));
			threads.start(subscription::restart);
			threads.join();
			subscription.restart();
			threads.join();
			check(handled.get() == 2, subscription);
		});
	}

	@Test
	void streamGivesEachEventOnceAndEnds() {
		Interleavings.explore((threads) -> {
			BufferedEventStream stream = stream(threads.executor());
			List<Delivery> taken = new CopyOnWriteArrayList<>();
			threads.start(() -> stream.forEach(taken::add));
			threads.start(() -> stream.forEach(taken::add));
			stream.offer(ONE);
			threads.start(stream::close);
			threads.join();
			SubscriptionStats stats = stream.stats();
			check(stats.handled() == taken.size() && stats.handled() + stats.dropped() == 1, stream);
		});
	}

	@Test
	void indexKnowsThoseThatWereAddedAndNotRemoved() {
		Interleavings.explore((threads) -> {
			SubscriptionIndex index = new SubscriptionIndex();
			BufferedEventStream stays = stream(threads.executor());
			BufferedEventStream goes = stream(threads.executor());
			threads.start(() -> index.add(stays));
			threads.start(() -> {
				index.add(goes);
				index.remove(goes);
			});
			threads.start(() -> index.each(ONE, AbstractSubscription::offer));
			threads.join();
			long before = stays.stats().received();
			long gone = goes.stats().received();
			index.each(TWO, AbstractSubscription::offer);
			check(stays.stats().received() == before + 1 && goes.stats().received() == gone && before <= 1, stays);
		});
	}

	private static BufferedEventStream stream(Executor stages) {
		BufferedEventStream stream = new BufferedEventStream("test", SubscriptionFilter.all(),
				SubscriptionOptions.defaults(), (closing) -> {
				}, new BusContext("test", stages, CLOCK, "test", BusContext.Watch.NONE));
		stream.live();
		return stream;
	}

	private static HandlerSubscription live(int concurrency, EventHandler handler, Executor executor) {
		HandlerSubscription subscription = subscription(concurrency, handler, executor, (ended) -> {
		});
		subscription.live();
		return subscription;
	}

	private static HandlerSubscription subscription(int concurrency, EventHandler handler, Executor executor,
			Consumer<HandlerSubscription> onFinished) {
		return subscription(concurrency, handler, executor::execute, executor, onFinished);
	}

	private static HandlerSubscription subscription(int concurrency, EventHandler handler, WorkerStarter starter,
			Executor stages, Consumer<HandlerSubscription> onFinished) {
		return new HandlerSubscription("test", SubscriptionFilter.all(),
				SubscriptionOptions.builder().concurrency(concurrency).bufferSize(4).build(), handler, starter,
				Duration.ofHours(1), (closing) -> {
				}, onFinished, new BusContext("test", stages, CLOCK, "test", BusContext.Watch.NONE));
	}

	private static void check(boolean holds, AbstractSubscription subscription) {
		if (!holds) {
			throw new AssertionError(subscription.stats());
		}
	}

}
