package dev.pgevents;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Predicate;

import dev.pgevents.SyncTrigger.Cause;
import dev.pgevents.internal.util.ManualTicker;
import dev.pgevents.memory.InMemoryEventBus;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@SuppressWarnings("try") // a loop is there to run, not to be called
class SyncLoopTests {

	private static final int LIMIT = 20;

	private static final Duration NEVER = Duration.ofDays(1);

	private static final Duration SOON = Duration.ofSeconds(5);

	private final InMemoryEventBus bus = InMemoryEventBus.create();

	private final BlockingQueue<SyncTrigger> runs = new LinkedBlockingQueue<>();

	private final ManualTicker ticker = new ManualTicker();

	@AfterEach
	void close() {
		this.bus.close();
	}

	@Test
	void runsAtStartAndOnEachEventAndNamesItsApp() throws Exception {
		try (SyncLoop loop = loop().every(NEVER).task(this.runs::add).start()) {
			assertThat(next().cause()).isEqualTo(Cause.STARTUP);
			this.bus.publish(Event.of(EventTypes.EPOCH_CLOSED, "7", null));
			SyncTrigger trigger = next();
			assertThat(trigger).isEqualTo(new SyncTrigger(Cause.EVENT, 1, Set.of("7")));
			this.bus.publish(Event.of(EventTypes.EPOCH_CLOSED, null, null));
			assertThat(next()).isEqualTo(new SyncTrigger(Cause.EVENT, 1, Set.of()));
		}
	}

	@Test
	void burstDuringARunIsOneMoreRun() throws Exception {
		Semaphore permits = new Semaphore(0);
		FakeSubscriber subscriber = new FakeSubscriber(true);
		try (SyncLoop loop = loop(subscriber).every(NEVER).task((trigger) -> {
			this.runs.add(trigger);
			assertThat(permits.tryAcquire(LIMIT, TimeUnit.SECONDS)).isTrue();
		}).start()) {
			assertThat(next().cause()).isEqualTo(Cause.STARTUP);
			for (int i = 0; i < 50; i++) {
				subscriber.handler.get().onEvent(Event.of(EventTypes.EPOCH_CLOSED, "1", null));
			}
			permits.release(3);
			assertThat(next()).isEqualTo(new SyncTrigger(Cause.EVENT, 50, Set.of("1")));
			subscriber.handler.get().onGap(new Gap(Gap.Reason.RECONNECTED, Instant.EPOCH, Instant.EPOCH, 0));
			assertThat(next()).isEqualTo(new SyncTrigger(Cause.GAP, 0, Set.of()));
		}
	}

	@Test
	void subscriberThatDoesNotSayWhetherItDeliversEndsNoLoop() throws Exception {
		FakeSubscriber subscriber = new FakeSubscriber(true);
		subscriber.unreachable = true;
		try (SyncLoop loop = loop(subscriber).every(NEVER).everyWhenDeaf(SOON).task(this.runs::add).start()) {
			assertThat(next().cause()).isEqualTo(Cause.STARTUP);
			this.ticker.passWait();
			assertThat(next().cause()).isEqualTo(Cause.INTERVAL);
		}
	}

	@Test
	void failedRunIsTriedAgain() throws Exception {
		CountDownLatch failures = new CountDownLatch(3);
		try (SyncLoop loop = loop().every(NEVER).task((trigger) -> {
			failures.countDown();
			if (failures.getCount() > 0) {
				throw new IllegalStateException("deliberate");
			}
			this.runs.add(trigger);
		}).start()) {
			assertThat(this.ticker.passWait()).isBetween(Duration.ofMillis(80), Duration.ofMillis(100));
			assertThat(this.ticker.passWait()).isBetween(Duration.ofMillis(160), Duration.ofMillis(200));
			assertThat(failures.await(LIMIT, TimeUnit.SECONDS)).isTrue();
			assertThat(next().cause()).isEqualTo(Cause.RETRY);
		}
	}

	@Test
	void onlyAConnectionThatIsBackEndsTheWaitAfterAFailure() throws Exception {
		FakeSubscriber subscriber = new FakeSubscriber(true);
		try (SyncLoop loop = failingOnce(subscriber).everyWhenDeaf(SOON).start()) {
			assertThat(next().cause()).isEqualTo(Cause.STARTUP);
			this.ticker.passWait();
			subscriber.handler.get().onEvent(Event.of(EventTypes.EPOCH_CLOSED, "1", null));
			this.ticker.passWait();
			subscriber.handler.get().onGap(new Gap(Gap.Reason.OVERFLOW, Instant.EPOCH, Instant.EPOCH, 1));
			this.ticker.passWait();
			subscriber.reconnected();
			assertThat(next()).isEqualTo(new SyncTrigger(Cause.GAP, 1, Set.of()));
			subscriber.handler.get().onEvent(Event.of(EventTypes.EPOCH_CLOSED, "2", null));
			assertThat(next()).isEqualTo(new SyncTrigger(Cause.EVENT, 1, Set.of("2")));
		}
	}

	@Test
	void backoffGrowsAndBeginsAnewWhenTheConnectionIsBack() throws Exception {
		FakeSubscriber subscriber = new FakeSubscriber(true);
		try (SyncLoop loop = retryingOnce(subscriber, (trigger) -> true).start()) {
			assertThat(next().cause()).isEqualTo(Cause.STARTUP);
			this.ticker.passWait();
			assertThat(next().cause()).isEqualTo(Cause.RETRY);
			for (int i = 0; i < 2; i++) {
				for (int look = 0; look < 10; look++) {
					assertThat(this.ticker.passWait()).isEqualTo(SOON);
				}
				subscriber.reconnected();
				assertThat(next().cause()).isEqualTo(Cause.GAP);
				this.ticker.passWait();
				assertThat(next().cause()).isEqualTo(Cause.RETRY);
			}
		}
	}

	@Test
	void backoffBeginsAnewAfterARunThatWorked() throws Exception {
		FakeSubscriber subscriber = new FakeSubscriber(true);
		try (SyncLoop loop = retryingOnce(subscriber, (trigger) -> trigger.cause() != Cause.RETRY).start()) {
			assertThat(next().cause()).isEqualTo(Cause.STARTUP);
			this.ticker.passWait();
			assertThat(next().cause()).isEqualTo(Cause.RETRY);
			subscriber.handler.get().onEvent(Event.of(EventTypes.EPOCH_CLOSED, "1", null));
			assertThat(next().cause()).isEqualTo(Cause.EVENT);
			this.ticker.passWait();
			assertThat(next().cause()).isEqualTo(Cause.RETRY);
		}
	}

	/** Tries again a first time at once, a second time never; looks up all the time. */
	private SyncLoop.Builder retryingOnce(Subscriber subscriber, Predicate<SyncTrigger> fails) {
		return loop(subscriber).every(NEVER)
			.everyWhenDeaf(SOON)
			.backoff(new Backoff(Duration.ofMillis(1), 1e12, NEVER))
			.task((trigger) -> {
				this.runs.add(trigger);
				if (fails.test(trigger)) {
					throw new IllegalStateException("deliberate");
				}
			});
	}

	@Test
	void oneRunAtStartCoversWhatWasPublishedBeforeListeningBegan() throws Exception {
		FakeSubscriber subscriber = new FakeSubscriber(true);
		subscriber.ready = new CompletableFuture<>();
		AtomicBoolean listening = new AtomicBoolean();
		try (SyncLoop loop = loop(subscriber).every(NEVER).task((trigger) -> {
			assertThat(listening).isTrue();
			this.runs.add(trigger);
		}).start()) {
			listening.set(true);
			subscriber.ready.complete(null);
			assertThat(next().cause()).isEqualTo(Cause.STARTUP);
			subscriber.handler.get().onEvent(Event.of(EventTypes.EPOCH_CLOSED, "1", null));
			assertThat(next()).isEqualTo(new SyncTrigger(Cause.EVENT, 1, Set.of("1")));
		}
	}

	@Test
	void runsAtOnceWhereNobodyListens() throws Exception {
		FakeSubscriber subscriber = new FakeSubscriber(false);
		subscriber.ready = CompletableFuture.failedFuture(new IllegalStateException("switched off"));
		try (SyncLoop loop = loop(subscriber).every(NEVER).everyWhenDeaf(NEVER).task(this.runs::add).start()) {
			assertThat(next().cause()).isEqualTo(Cause.STARTUP);
		}
	}

	@Test
	void runsOnceMoreAsAfterAGapWhenListeningBeginsLate() throws Exception {
		FakeSubscriber subscriber = new FakeSubscriber(true);
		subscriber.ready = new CompletableFuture<>();
		try (SyncLoop loop = loop(subscriber).every(NEVER).task(this.runs::add).start()) {
			assertThat(this.ticker.passWait()).isEqualTo(Duration.ofSeconds(1));
			assertThat(next().cause()).isEqualTo(Cause.STARTUP);
			subscriber.ready.complete(null);
			assertThat(next()).isEqualTo(new SyncTrigger(Cause.GAP, 0, Set.of()));
			subscriber.handler.get().onEvent(Event.of(EventTypes.EPOCH_CLOSED, "1", null));
			assertThat(next().cause()).isEqualTo(Cause.EVENT);
		}
	}

	@Test
	void listeningThatBeginsLateEndsTheWaitAfterAFailure() throws Exception {
		FakeSubscriber subscriber = new FakeSubscriber(true);
		subscriber.ready = new CompletableFuture<>();
		try (SyncLoop loop = loop(subscriber).every(NEVER).backoff(new Backoff(NEVER, 1, NEVER)).task((trigger) -> {
			this.runs.add(trigger);
			throw new IllegalStateException("deliberate");
		}).start()) {
			this.ticker.passWait();
			assertThat(next().cause()).isEqualTo(Cause.STARTUP);
			subscriber.ready.complete(null);
			assertThat(next().cause()).isEqualTo(Cause.GAP);
		}
	}

	@Test
	void failedRunIsTriedAgainWithinHalfAMinuteHoweverLongTheInterval() {
		assertThat(loop().every(NEVER).retryBackoff())
			.isEqualTo(new Backoff(Duration.ofMillis(100), 2, Duration.ofSeconds(30)));
		assertThat(loop().every(Duration.ofSeconds(1)).retryBackoff())
			.isEqualTo(new Backoff(Duration.ofMillis(100), 2, Duration.ofSeconds(1)));
	}

	@Test
	void failedRunWaitsNoLongerThanTheIntervalWhileTheBusIsNotDelivering() throws Exception {
		try (SyncLoop loop = failingOnce(new FakeSubscriber(false)).everyWhenDeaf(SOON).start()) {
			assertThat(next().cause()).isEqualTo(Cause.STARTUP);
			this.ticker.passWait();
			assertThat(next().cause()).isEqualTo(Cause.RETRY);
		}
	}

	@Test
	void intervalMayBeLongerThanAClockCounts() throws Exception {
		try (SyncLoop loop = loop().every(ChronoUnit.FOREVER.getDuration()).task(this.runs::add).start()) {
			assertThat(next().cause()).isEqualTo(Cause.STARTUP);
			this.bus.publish(Event.of(EventTypes.EPOCH_CLOSED, "7", null));
			assertThat(next().cause()).isEqualTo(Cause.EVENT);
		}
	}

	@Test
	void taskThatInterruptsItsThreadOrThrowsAnErrorEndsNothing() throws Exception {
		try (SyncLoop loop = loop().every(NEVER).task((trigger) -> {
			this.runs.add(trigger);
			if (trigger.cause() == Cause.STARTUP) {
				Thread.currentThread().interrupt();
				throw new AssertionError("deliberate");
			}
		}).start()) {
			assertThat(next().cause()).isEqualTo(Cause.STARTUP);
			this.ticker.passWait();
			assertThat(next().cause()).isEqualTo(Cause.RETRY);
			loop.trigger();
			assertThat(next().cause()).isEqualTo(Cause.GAP);
		}
	}

	/** Would not try again on its own. */
	private SyncLoop.Builder failingOnce(Subscriber subscriber) {
		return loop(subscriber).every(NEVER).backoff(new Backoff(NEVER, 1, NEVER)).task((trigger) -> {
			this.runs.add(trigger);
			if (trigger.cause() == Cause.STARTUP) {
				throw new IllegalStateException("deliberate");
			}
		});
	}

	@Test
	void runsAfterAnIntervalOfWhichATenthAtMostIsTakenOff() throws Exception {
		try (SyncLoop loop = loop().every(Duration.ofSeconds(30)).everyWhenDeaf(NEVER).task(this.runs::add).start()) {
			assertThat(next().cause()).isEqualTo(Cause.STARTUP);
			assertThat(this.ticker.passWait()).isBetween(Duration.ofSeconds(27), Duration.ofSeconds(30));
			assertThat(next().cause()).isEqualTo(Cause.INTERVAL);
		}
	}

	@Test
	void intervalShortensWhileTheBusIsNotDelivering() throws Exception {
		try (SyncLoop loop = loop(new FakeSubscriber(false)).every(NEVER)
			.everyWhenDeaf(SOON)
			.task(this.runs::add)
			.start()) {
			assertThat(next().cause()).isEqualTo(Cause.STARTUP);
			assertThat(this.ticker.passWait()).isLessThanOrEqualTo(SOON);
			assertThat(next().cause()).isEqualTo(Cause.INTERVAL);
		}
	}

	@Test
	void intervalStaysLongWhileTheBusIsDelivering() throws Exception {
		FakeSubscriber subscriber = new FakeSubscriber(true);
		try (SyncLoop loop = loop(subscriber).every(NEVER).everyWhenDeaf(SOON).task(this.runs::add).start()) {
			assertThat(next().cause()).isEqualTo(Cause.STARTUP);
			for (int look = 0; look < 10; look++) {
				this.ticker.passWait();
			}
			subscriber.handler.get().onEvent(Event.of(EventTypes.EPOCH_CLOSED, "1", null));
			assertThat(next().cause()).isEqualTo(Cause.EVENT);
		}
	}

	@Test
	void noticesThatTheBusHasFallenDeafThoughNobodyTells() throws Exception {
		FakeSubscriber subscriber = new FakeSubscriber(true);
		try (SyncLoop loop = loop(subscriber).every(NEVER).everyWhenDeaf(SOON).task(this.runs::add).start()) {
			assertThat(next().cause()).isEqualTo(Cause.STARTUP);
			subscriber.delivering = false;
			this.ticker.passWait();
			assertThat(next().cause()).isEqualTo(Cause.INTERVAL);
			this.ticker.passWait();
			assertThat(next().cause()).isEqualTo(Cause.INTERVAL);
		}
	}

	@Test
	void closeWaitsForTheRunInHand() throws Exception {
		CountDownLatch release = new CountDownLatch(1);
		AtomicBoolean finished = new AtomicBoolean();
		SyncLoop loop = loop().every(NEVER).task((trigger) -> {
			this.runs.add(trigger);
			assertThat(release.await(LIMIT, TimeUnit.SECONDS)).isTrue();
			finished.set(true);
		}).start();
		next();
		Closing.assertWaits(loop::close, release::countDown, finished);
	}

	@Test
	void closeGivesUpOnATaskThatBlocksForEverAndInterruptsIt() throws Exception {
		CountDownLatch interrupted = new CountDownLatch(1);
		SyncLoop loop = loop().every(NEVER).shutdownTimeout(Duration.ofMillis(1)).task((trigger) -> {
			this.runs.add(trigger);
			try {
				new CountDownLatch(1).await();
			}
			finally {
				interrupted.countDown();
			}
		}).start();
		next();
		loop.close();
		assertThat(interrupted.await(LIMIT, TimeUnit.SECONDS)).isTrue();
	}

	@Test
	void closeFromWithinTheTaskDoesNotWaitForItself() throws Exception {
		AtomicReference<SyncLoop> loop = new AtomicReference<>();
		CountDownLatch started = new CountDownLatch(1);
		CountDownLatch closed = new CountDownLatch(1);
		loop.set(loop().every(NEVER).task((trigger) -> {
			assertThat(started.await(LIMIT, TimeUnit.SECONDS)).isTrue();
			loop.get().close();
			closed.countDown();
		}).start());
		started.countDown();
		assertThat(closed.await(LIMIT, TimeUnit.SECONDS)).isTrue();
		loop.get().close();
	}

	@Test
	void looksMoreOftenWhileTheBusIsNotDeliveringThanEverySoOftenAndNeverLessOften() {
		assertThat(loop().every(NEVER).deafInterval()).isEqualTo(Duration.ofSeconds(5));
		assertThat(loop().every(Duration.ofSeconds(1)).deafInterval()).isEqualTo(Duration.ofSeconds(1));
		assertThat(loop().every(NEVER).everyWhenDeaf(Duration.ofSeconds(7)).deafInterval())
			.isEqualTo(Duration.ofSeconds(7));
	}

	@Test
	void namesNoAppsWhereThereAreTooManyOrAnEventHasNone() throws Exception {
		FakeSubscriber subscriber = new FakeSubscriber(true);
		Semaphore permits = new Semaphore(0);
		try (SyncLoop loop = loop(subscriber).every(NEVER).task((trigger) -> {
			this.runs.add(trigger);
			assertThat(permits.tryAcquire(LIMIT, TimeUnit.SECONDS)).isTrue();
		}).start()) {
			assertThat(next().cause()).isEqualTo(Cause.STARTUP);
			for (int i = 0; i < 1000; i++) {
				subscriber.handler.get().onEvent(Event.of(EventTypes.EPOCH_CLOSED, "app" + i, null));
			}
			permits.release();
			assertThat(next().appIds()).hasSize(1000);
			for (int i = 0; i < 1001; i++) {
				subscriber.handler.get().onEvent(Event.of(EventTypes.EPOCH_CLOSED, "app" + i, null));
			}
			permits.release();
			assertThat(next()).isEqualTo(new SyncTrigger(Cause.EVENT, 1001, Set.of()));
			subscriber.handler.get().onEvent(Event.of(EventTypes.EPOCH_CLOSED, "1", null));
			subscriber.handler.get().onEvent(Event.of(EventTypes.EPOCH_CLOSED, null, null));
			permits.release(2);
			assertThat(next()).isEqualTo(new SyncTrigger(Cause.EVENT, 2, Set.of()));
		}
	}

	@Test
	void endsItsSubscriptionWhenItIsClosed() throws Exception {
		SyncLoop loop = loop().every(NEVER).task(this.runs::add).start();
		assertThat(this.bus.subscriptions()).hasSize(1);
		loop.close();
		assertThat(this.bus.subscriptions()).isEmpty();
	}

	@Test
	void keepsNoJvmAlive() throws Exception {
		CompletableFuture<Boolean> daemon = new CompletableFuture<>();
		try (SyncLoop loop = loop().task((trigger) -> daemon.complete(Thread.currentThread().isDaemon())).start()) {
			assertThat(daemon.get(LIMIT, TimeUnit.SECONDS)).isTrue();
		}
	}

	@Test
	void refusesWhatCannotWork() {
		assertThatIllegalArgumentException().isThrownBy(() -> loop().every(Duration.ZERO))
			.withMessageContaining("every")
			.withMessageContaining("positive");
		assertThatIllegalArgumentException().isThrownBy(() -> loop().everyWhenDeaf(Duration.ZERO))
			.withMessageContaining("everyWhenDeaf");
		assertThatIllegalArgumentException().isThrownBy(() -> loop().shutdownTimeout(Duration.ofMillis(-1)))
			.withMessageContaining("shutdownTimeout");
		assertThatIllegalStateException().isThrownBy(() -> loop().start()).withMessageContaining("task");
	}

	private SyncLoop.Builder loop() {
		return SyncLoop.builder(this.bus, SubscriptionFilter.types("epoch.*")).ticker(this.ticker);
	}

	private SyncLoop.Builder loop(Subscriber subscriber) {
		return SyncLoop.builder(subscriber, SubscriptionFilter.all()).ticker(this.ticker);
	}

	private SyncTrigger next() throws InterruptedException {
		SyncTrigger trigger = this.runs.poll(LIMIT, TimeUnit.SECONDS);
		assertThat(trigger).as("a run within %d s", LIMIT).isNotNull();
		return trigger;
	}

	/** Lets the test be the bus. */
	private final class FakeSubscriber implements Subscriber {

		private final AtomicReference<EventHandler> handler = new AtomicReference<>();

		private volatile CompletableFuture<Void> ready = CompletableFuture.completedFuture(null);

		private volatile boolean delivering;

		private volatile boolean unreachable;

		private FakeSubscriber(boolean delivering) {
			this.delivering = delivering;
		}

		@Override
		public Subscription subscribe(SubscriptionFilter filter, SubscriptionOptions options, EventHandler handler) {
			this.handler.set(handler);
			return new FakeSubscription(SyncLoopTests.this.bus.subscribe(filter, options, handler), this.ready);
		}

		@Override
		public EventStream open(SubscriptionFilter filter, SubscriptionOptions options) {
			throw new IllegalStateException("a loop opens no stream");
		}

		void reconnected() throws Exception {
			this.handler.get().onGap(new Gap(Gap.Reason.RECONNECTED, Instant.EPOCH, Instant.EPOCH, 0));
		}

		@Override
		public boolean isDelivering() {
			if (this.unreachable) {
				throw new IllegalStateException("deliberate");
			}
			return this.delivering;
		}

	}

	/** Becomes ready when the test says so. */
	private record FakeSubscription(Subscription subscription, CompletableFuture<Void> ready) implements Subscription {

		@Override
		public String name() {
			return this.subscription.name();
		}

		@Override
		public SubscriptionFilter filter() {
			return this.subscription.filter();
		}

		@Override
		public SubscriptionStats stats() {
			return this.subscription.stats();
		}

		@Override
		public void close() {
			this.subscription.close();
		}

	}

}
