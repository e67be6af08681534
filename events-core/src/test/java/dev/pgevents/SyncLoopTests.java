package dev.pgevents;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import dev.pgevents.SyncTrigger.Cause;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

/**
 * When a loop runs, and why.
 */
@SuppressWarnings("try") // a loop is there to run, not to be called
class SyncLoopTests extends SyncLoopTest {

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
	void oneRunAtStartCoversWhatWasPublishedBeforeListeningBegan() throws Exception {
		FakeSubscriber subscriber = new FakeSubscriber(true);
		subscriber.ready = new CompletableFuture<>();
		AtomicBoolean listening = new AtomicBoolean();
		try (SyncLoop loop = loop(subscriber).every(NEVER).task((trigger) -> {
			assertThat(listening).isTrue();
			this.runs.add(trigger);
		}).start()) {
			this.ticker.awaitWait();
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
	void intervalMayBeLongerThanAClockCounts() throws Exception {
		try (SyncLoop loop = loop().every(ChronoUnit.FOREVER.getDuration()).task(this.runs::add).start()) {
			assertThat(next().cause()).isEqualTo(Cause.STARTUP);
			this.bus.publish(Event.of(EventTypes.EPOCH_CLOSED, "7", null));
			assertThat(next().cause()).isEqualTo(Cause.EVENT);
		}
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

}
