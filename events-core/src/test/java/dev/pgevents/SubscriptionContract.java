package dev.pgevents;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What every bus promises of a subscription and its handler.
 */
public abstract class SubscriptionContract extends EventBusTest {

	@Test
	void aThousandIdleSubscriptionsHaveNoThreadsOfTheirOwn() throws Exception {
		int threads = Thread.getAllStackTraces().size();
		List<Recorder> recorders = new ArrayList<>();
		for (int i = 0; i < 1000; i++) {
			Recorder recorder = new Recorder();
			subscribe(SubscriptionFilter.types(this.group + ".number" + i), recorder);
			recorders.add(recorder);
		}
		assertThat(Thread.getAllStackTraces().size() - threads).isLessThan(100);
		for (int i = 0; i < 1000; i += 100) {
			this.bus.publish(Event.of(EventType.of(this.group + ".number" + i), null, i));
			assertThat(recorders.get(i).numbers(1)).containsExactly(i);
		}
	}

	@Test
	void whatIsPublishedOnceReadyArrives() throws Exception {
		for (int i = 0; i < 20; i++) {
			Recorder recorder = new Recorder();
			try (Subscription subscription = this.bus.subscribe(SubscriptionFilter.types(this.group + ".n" + i),
					recorder)) {
				join(subscription);
				this.bus.publish(Event.of(EventType.of(this.group + ".n" + i), null, i));
				assertThat(recorder.nextNumber()).isEqualTo(i);
			}
		}
	}

	@Test
	void throwingHandlerLosesNobodysNextEvent() throws Exception {
		Recorder undisturbed = new Recorder();
		Recorder recorder = new Recorder();
		List<Throwable> errors = new CopyOnWriteArrayList<>();
		SubscriptionOptions options = SubscriptionOptions.builder()
			.errorHandler((subscription, delivery, error) -> errors.add(error))
			.build();
		Subscription throwing = this.bus.subscribe(this.all, options, (event) -> {
			recorder.onEvent(event);
			throw new AssertionError("deliberate");
		});
		join(throwing);
		subscribe(this.all, undisturbed);
		this.bus.publishAll(List.of(number(1), number(2)));
		assertThat(recorder.numbers(2)).containsExactly(1, 2);
		assertThat(undisturbed.numbers(2)).containsExactly(1, 2);
		await().atMost(LIMIT).untilAsserted(() -> {
			assertThat(throwing.stats().failed()).isEqualTo(2);
			assertThat(errors).hasSize(2);
		});
	}

	@Test
	void blockedHandlerDelaysNoOtherSubscriptionAndOverflowIsOneGapInItsPlace() throws Exception {
		Gate gate = new Gate();
		Recorder slow = new Recorder(gate);
		Recorder other = new Recorder();
		SubscriptionOptions options = SubscriptionOptions.builder().bufferSize(3).build();
		Subscription blocked = this.bus.subscribe(this.all, options, slow);
		join(blocked);
		subscribe(this.all, other);
		this.bus.publish(number(0));
		gate.awaitReached();
		this.bus.publishAll(IntStream.range(1, 11).mapToObj(this::number).toList());
		assertThat(other.numbers(11)).hasSize(11);
		await().atMost(LIMIT).until(() -> blocked.stats().received() == 11);
		gate.open();
		assertThat(slow.nextNumber()).isZero();
		assertThat(slow.nextGap()).extracting(Gap::reason, Gap::dropped).containsExactly(Gap.Reason.OVERFLOW, 7L);
		assertThat(slow.numbers(3)).containsExactly(8, 9, 10);
		await().atMost(LIMIT).untilAsserted(() -> {
			SubscriptionStats stats = blocked.stats();
			assertThat(stats.handled() + stats.dropped()).isEqualTo(stats.received()).isEqualTo(11);
			assertThat(stats.gaps()).isEqualTo(1);
		});
	}

	@Test
	void tellsWhichHandlersAreRunningAndWhere() throws Exception {
		Gate gate = new Gate();
		AtomicReference<Thread> thread = new AtomicReference<>();
		Subscription blocked = this.bus.subscribe(this.all, (event) -> {
			thread.set(Thread.currentThread());
			gate.pass();
		});
		join(blocked);
		assertThat(blocked.running()).isEmpty();
		Event event = number(1);
		this.bus.publish(event);
		gate.awaitReached();
		assertThat(blocked.running()).singleElement().satisfies((running) -> {
			assertThat(running.delivery()).isEqualTo(event);
			assertThat(running.thread()).isSameAs(thread.get());
			assertThat(running.runningFor()).isPositive();
		});
		gate.open();
		await().atMost(LIMIT).until(() -> blocked.running().isEmpty());
	}

	@Test
	void dropNewestLeavesTheGapAfterWhatWaits() throws Exception {
		Recorder recorder = overflowing(OverflowPolicy.DROP_NEWEST, 6);
		assertThat(recorder.numbers(3)).containsExactly(0, 1, 2);
		assertThat(recorder.nextGap().dropped()).isEqualTo(3);
	}

	@Test
	void latestPerAppKeepsTheNewestWithoutAGapAndCountsTheOthersAsCoalesced() throws Exception {
		Recorder recorder = overflowing(OverflowPolicy.LATEST_PER_APP, 6);
		assertThat(recorder.numbers(2)).containsExactly(0, 5);
		assertThat(recorder.queue).isEmpty();
		Subscription subscription = this.bus.subscriptions().iterator().next();
		await().atMost(LIMIT).until(subscription::stats, new SubscriptionStats(6, 2, 0, 0, 4, 0, 0, 0)::equals);
	}

	@Test
	void readyIsTheCallersOwnAndStaysCompletedAfterClose() throws Exception {
		Subscription subscription = this.bus.subscribe(this.all, (event) -> {
		});
		subscription.ready().cancel(true);
		subscription.ready().completeExceptionally(new IllegalStateException("deliberate"));
		join(subscription);
		subscription.close();
		subscription.close();
		assertThat(subscription.ready()).isCompletedWithValue(null);
	}

	@Test
	void handlerThatThrowsOnAGapIsToldToTheErrorHandlerAndGoesOn() throws Exception {
		Gate gate = new Gate();
		BlockingQueue<Delivery> failed = new LinkedBlockingQueue<>();
		Recorder recorder = new Recorder();
		SubscriptionOptions options = SubscriptionOptions.builder()
			.bufferSize(1)
			.errorHandler((subscription, delivery, error) -> {
				failed.add(delivery);
				throw new IllegalStateException("deliberate");
			})
			.build();
		join(this.bus.subscribe(this.all, options, new EventHandler() {

			@Override
			public void onEvent(Event event) throws Exception {
				gate.pass();
				recorder.onEvent(event);
			}

			@Override
			public void onGap(Gap gap) {
				throw new IllegalStateException("deliberate");
			}
		}));
		this.bus.publish(number(0));
		gate.awaitReached();
		this.bus.publishAll(List.of(number(1), number(2)));
		Subscription subscription = this.bus.subscriptions().iterator().next();
		await().atMost(LIMIT).until(() -> subscription.stats().received() == 3);
		gate.open();
		assertThat(recorder.numbers(2)).containsExactly(0, 2);
		assertThat(failed.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isInstanceOfSatisfying(Gap.class,
				(gap) -> assertThat(gap.dropped()).isEqualTo(1));
	}

	private Recorder overflowing(OverflowPolicy policy, int events) throws Exception {
		Gate gate = new Gate();
		Recorder recorder = new Recorder(gate);
		Subscription subscription = this.bus.subscribe(this.all,
				SubscriptionOptions.builder().bufferSize(2).overflow(policy).build(), recorder);
		join(subscription);
		this.bus.publish(number(0));
		gate.awaitReached();
		this.bus.publishAll(IntStream.range(1, events).mapToObj(this::number).toList());
		await().atMost(LIMIT).until(() -> subscription.stats().received() == events);
		gate.open();
		return recorder;
	}

	@Test
	void appsRunInParallelWhileEachKeepsItsOrder() throws Exception {
		CountDownLatch release = new CountDownLatch(1);
		Recorder fast = new Recorder();
		Recorder slow = new Recorder();
		Subscription subscription = this.bus.subscribe(this.all, SubscriptionOptions.builder().concurrency(2).build(),
				(event) -> {
					if ("slow".equals(event.appId())) {
						assertThat(release.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
						slow.onEvent(event);
					}
					else {
						fast.onEvent(event);
					}
				});
		join(subscription);
		List<Event> events = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			events.add(Event.of(this.one, "slow", i));
			events.add(Event.of(this.one, "fast", i));
		}
		this.bus.publishAll(events);
		List<Integer> expected = IntStream.range(0, 20).boxed().toList();
		assertThat(fast.numbers(20)).isEqualTo(expected);
		assertThat(slow.queue).isEmpty();
		release.countDown();
		assertThat(slow.numbers(20)).isEqualTo(expected);
	}

	@Test
	void closeWaitsForTheEventInHand() throws Exception {
		Gate gate = new Gate();
		AtomicBoolean finished = new AtomicBoolean();
		Subscription subscription = this.bus.subscribe(this.all, (event) -> {
			gate.pass();
			finished.set(true);
		});
		join(subscription);
		this.bus.publish(number(1));
		gate.awaitReached();
		Closing.assertWaits(subscription::close, gate::open, finished);
	}

	@Test
	void closedConcurrentlyWithAFullBufferGivesNothingMore() throws Exception {
		Gate gate = new Gate();
		Subscription subscription = this.bus.subscribe(this.all, SubscriptionOptions.builder().bufferSize(2).build(),
				(event) -> {
					gate.pass();
				});
		join(subscription);
		this.bus.publish(number(0));
		gate.awaitReached();
		this.bus.publishAll(List.of(number(1), number(2), number(3)));
		await().atMost(LIMIT).until(() -> subscription.stats().received() == 4);
		List<Thread> closers = List.of(new Thread(subscription::close), new Thread(subscription::close));
		closers.forEach(Thread::start);
		await().atMost(LIMIT).until(() -> subscription.stats().queued() == 0);
		gate.open();
		for (Thread closer : closers) {
			closer.join(LIMIT.toMillis());
			assertThat(closer.isAlive()).isFalse();
		}
		SubscriptionStats stats = subscription.stats();
		assertThat(stats.handled()).isEqualTo(1);
		assertThat(stats.dropped()).isEqualTo(3);
		assertThat(stats.gaps()).isZero();
	}

	@Test
	void handlerThatInterruptsItsThreadDisturbsNoOtherEvent() throws Exception {
		BlockingQueue<Boolean> interrupted = new LinkedBlockingQueue<>();
		subscribe(this.all, (event) -> {
			interrupted.add(Thread.currentThread().isInterrupted());
			Thread.currentThread().interrupt();
		});
		this.bus.publishAll(List.of(number(1), number(2), number(3)));
		for (int i = 0; i < 3; i++) {
			assertThat(interrupted.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isFalse();
		}
	}

	@Test
	void handlersMayCloseTheirOwnAndEachOthersSubscriptions() throws Exception {
		AtomicReference<Subscription> first = new AtomicReference<>();
		AtomicReference<Subscription> second = new AtomicReference<>();
		CountDownLatch both = new CountDownLatch(2);
		CountDownLatch closed = new CountDownLatch(2);
		first.set(this.bus.subscribe(this.all, (event) -> closeTogether(second.get(), both, closed)));
		second.set(this.bus.subscribe(this.all, (event) -> {
			closeTogether(first.get(), both, closed);
			second.get().close();
		}));
		join(first.get());
		join(second.get());
		this.bus.publish(number(1));
		assertThat(closed.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
	}

	private static void closeTogether(Subscription other, CountDownLatch both, CountDownLatch closed)
			throws InterruptedException {
		both.countDown();
		assertThat(both.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		other.close();
		closed.countDown();
	}

	@Test
	void subscribesAndClosesWhileEventsPourIn() throws Exception {
		AtomicBoolean stop = new AtomicBoolean();
		Thread publisher = new Thread(() -> {
			for (int i = 0; !stop.get(); i++) {
				this.bus.publish(number(i));
			}
		});
		publisher.start();
		try {
			for (int i = 0; i < 30; i++) {
				Recorder recorder = new Recorder();
				try (Subscription subscription = this.bus.subscribe(this.all, recorder)) {
					join(subscription);
					// A publisher that outruns the handler makes a gap, never a silent
					// hole.
					if (recorder.nextDelivery() instanceof Event first
							&& recorder.nextDelivery() instanceof Event second) {
						assertThat(second.payloadAs(Integer.class)).isEqualTo(first.payloadAs(Integer.class) + 1);
					}
				}
			}
		}
		finally {
			stop.set(true);
			publisher.join(LIMIT.toMillis());
		}
	}

	@Test
	void consumerThatWasAwayIsToldBeforeItsFirstEvent() throws Exception {
		Instant away = Instant.now().minusSeconds(60);
		for (int concurrency : new int[] { 1, 3 }) {
			Recorder recorder = new Recorder();
			SubscriptionOptions options = SubscriptionOptions.builder()
				.concurrency(concurrency)
				.awaySince(away)
				.build();
			Subscription subscription = this.bus.subscribe(this.all, options, recorder);
			join(subscription);
			this.bus.publish(number(1));
			Gap gap = recorder.nextGap();
			assertThat(gap.reason()).isEqualTo(Gap.Reason.STOPPED);
			assertThat(gap.since()).isEqualTo(away);
			assertThat(gap.until()).isAfter(away);
			assertThat(recorder.nextNumber()).isEqualTo(1);
			assertThat(subscription.stats().gaps()).isEqualTo(1);
			subscription.close();
		}
	}

	@Test
	void pausedHandlerGetsWhatHasWaitedOnceItIsResumed() throws Exception {
		for (int concurrency : new int[] { 1, 3 }) {
			Recorder recorder = new Recorder();
			Recorder other = new Recorder();
			Subscription subscription = this.bus.subscribe(this.all,
					SubscriptionOptions.builder().concurrency(concurrency).bufferSize(3).build(), recorder);
			join(subscription);
			subscribe(this.all, other);
			for (int round = 0; round < 20; round++) {
				subscription.pause();
				subscription.pause();
				assertThat(subscription.isPaused()).isTrue();
				for (int i = 0; i < 4; i++) {
					this.bus.publish(number(i));
				}
				assertThat(other.numbers(4)).containsExactly(0, 1, 2, 3);
				int expected = round + 1;
				await().atMost(LIMIT).until(() -> subscription.stats().dropped() == expected);
				assertThat(subscription.stats().queued()).isEqualTo(3);
				assertThat(recorder.queue).isEmpty();
				subscription.resume();
				assertThat(recorder.nextGap().reason()).isEqualTo(Gap.Reason.OVERFLOW);
				assertThat(recorder.numbers(3)).containsExactly(1, 2, 3);
				assertThat(subscription.isPaused()).isFalse();
			}
			subscription.close();
		}
	}

	@Test
	void pausedSubscriptionCanBeClosed() throws Exception {
		Subscription subscription = this.bus.subscribe(this.all, new Recorder());
		join(subscription);
		subscription.pause();
		this.bus.publish(number(1));
		await().atMost(LIMIT).until(() -> subscription.stats().queued() == 1);
		subscription.close();
		assertThat(subscription.stats().dropped()).isEqualTo(1);
		subscription.resume();
	}

}
