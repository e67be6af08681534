package dev.pgevents;

import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

import dev.pgevents.SyncTrigger.Cause;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a loop does after a run that failed.
 */
@SuppressWarnings("try") // a loop is there to run, not to be called
class SyncLoopRetryTests extends SyncLoopTest {

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

	/** Would not try again on its own. */
	private SyncLoop.Builder failingOnce(Subscriber subscriber) {
		return loop(subscriber).every(NEVER).backoff(new Backoff(NEVER, 1, NEVER)).task((trigger) -> {
			this.runs.add(trigger);
			if (trigger.cause() == Cause.STARTUP) {
				throw new IllegalStateException("deliberate");
			}
		});
	}

}
