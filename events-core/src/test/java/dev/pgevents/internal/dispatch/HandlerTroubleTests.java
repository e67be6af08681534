package dev.pgevents.internal.dispatch;

import java.lang.ref.WeakReference;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import dev.pgevents.Event;
import dev.pgevents.EventErrorHandler;
import dev.pgevents.EventHandler;
import dev.pgevents.EventTypes;
import dev.pgevents.OverflowPolicy;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionListener;
import dev.pgevents.SubscriptionOptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * Handlers, executors and listeners that misbehave: what one of them does is its own
 * trouble, and nothing dies of it in silence.
 */
class HandlerTroubleTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private final BlockingQueue<String> handled = new LinkedBlockingQueue<>();

	@Test
	void checkedExceptionOfAnErrorHandlerEndsNoWorker() throws Exception {
		EventErrorHandler sneaky = (subscription, delivery, error) -> HandlerTroubleTests
			.<RuntimeException>throwAnyway(new Exception("deliberate"));
		try (Dispatcher dispatcher = Dispatcher.builder("test").build()) {
			BusSubscription subscription = subscribe(dispatcher,
					SubscriptionOptions.builder().errorHandler(sneaky).build(), (event) -> {
						this.handled.add(String.valueOf(event.appId()));
						throw new IllegalStateException("deliberate");
					});
			dispatcher.dispatch(event("1"));
			dispatcher.dispatch(event("2"));
			assertThat(next()).isEqualTo("1");
			assertThat(next()).isEqualTo("2");
			await().atMost(LIMIT).until(() -> subscription.stats().failed() == 2);
			closeWithinTheLimit(subscription);
		}
	}

	@Test
	void closeDoesNotWaitForAWorkerThatItsExecutorDropped() throws Exception {
		try (Dispatcher dispatcher = Dispatcher.builder("test").executor((task) -> {
		}).build()) {
			BusSubscription subscription = subscribe(dispatcher, SubscriptionOptions.defaults(), (event) -> {
			});
			dispatcher.dispatch(event("1"));
			closeWithinTheLimit(subscription);
			assertThat(subscription.stats().dropped()).isEqualTo(1);
		}
	}

	@Test
	void whatFoundNoThreadIsHandledOnceThereIsOneWithoutAnotherEvent() throws Exception {
		AtomicBoolean full = new AtomicBoolean(true);
		try (Dispatcher dispatcher = Dispatcher.builder("test")
			.slowHandlerThreshold(Duration.ofMillis(4))
			.executor((task) -> {
				if (full.get()) {
					throw new RejectedExecutionException("deliberate");
				}
				new Thread(task).start();
			})
			.build()) {
			subscribe(dispatcher, SubscriptionOptions.defaults(),
					(event) -> this.handled.add(String.valueOf(event.appId())));
			dispatcher.dispatch(event("1"));
			full.set(false);
			assertThat(next()).isEqualTo("1");
		}
	}

	@Test
	void whatHangsOnReadyDoesNotRunOnTheThreadThatListens() {
		try (Dispatcher dispatcher = Dispatcher.builder("test").build()) {
			BusSubscription subscription = dispatcher.subscribe(SubscriptionFilter.all(),
					SubscriptionOptions.defaults(), (event) -> {
					}, (closing) -> {
					});
			CompletableFuture<Thread> stage = subscription.ready().thenApply((nothing) -> Thread.currentThread());
			subscription.live();
			assertThat(stage).succeedsWithin(LIMIT).isNotEqualTo(Thread.currentThread());
			assertThat(subscription.ready()).isCompleted();
		}
	}

	@Test
	void subscriptionClosedByWhoeverIsToldOfItIsGone() {
		List<String> told = new ArrayList<>();
		try (Dispatcher dispatcher = Dispatcher.builder("test").subscriptionListener(new SubscriptionListener() {

			@Override
			public void onOpened(Subscription subscription) {
				told.add("opened");
				subscription.close();
			}

			@Override
			public void onClosed(Subscription subscription) {
				told.add("closed");
				throw new AssertionError("deliberate");
			}
		}).build()) {
			List<BusSubscription> closed = new ArrayList<>();
			BusSubscription subscription = dispatcher.subscribe(SubscriptionFilter.all(),
					SubscriptionOptions.defaults(), (event) -> {
					}, closed::add);
			assertThat(told).containsExactly("opened", "closed");
			assertThat(closed).containsExactly(subscription);
			assertThat(dispatcher.subscriptions()).isEmpty();
			assertThat(subscription.ready()).isCompletedExceptionally();
		}
	}

	@Test
	void closingAgainWaitsForTheFirstCloseAndInterruptsNoHandler() throws Exception {
		CountDownLatch inHand = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		Dispatcher dispatcher = Dispatcher.builder("test").build();
		subscribe(dispatcher, SubscriptionOptions.defaults(), (event) -> {
			inHand.countDown();
			this.handled.add(release.await(LIMIT.toSeconds(), TimeUnit.SECONDS) ? "undisturbed" : "late");
		});
		dispatcher.dispatch(event("1"));
		assertThat(inHand.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		List<Thread> closers = List.of(new Thread(dispatcher::close), new Thread(dispatcher::close));
		for (Thread closer : closers) {
			closer.start();
			await().atMost(LIMIT)
				.until(() -> closer.getState() == Thread.State.WAITING
						|| closer.getState() == Thread.State.TIMED_WAITING);
		}
		release.countDown();
		for (Thread closer : closers) {
			closer.join(LIMIT.toMillis());
			assertThat(closer.isAlive()).isFalse();
		}
		assertThat(next()).isEqualTo("undisturbed");
	}

	@ParameterizedTest
	@MethodSource("policiesAndConcurrency")
	void whatDidNotFitIsLetGo(OverflowPolicy overflow, int concurrency) throws Exception {
		Queue<Runnable> workers = new ArrayDeque<>();
		try (Dispatcher dispatcher = Dispatcher.builder("test").executor(workers::add).build()) {
			BusSubscription subscription = subscribe(dispatcher,
					SubscriptionOptions.builder().bufferSize(8).overflow(overflow).concurrency(concurrency).build(),
					(event) -> {
					});
			List<WeakReference<Event>> sent = IntStream.range(0, 1000).mapToObj((i) -> {
				Event event = event(String.valueOf(i % 20));
				dispatcher.dispatch(event);
				return new WeakReference<>(event);
			}).toList();
			assertThat(subscription.stats().queued()).isEqualTo(8);
			await().atMost(LIMIT).untilAsserted(() -> {
				System.gc();
				assertThat(sent.stream().filter((event) -> event.get() != null)).hasSize(8);
			});
			closeWithinTheLimit(subscription);
			await().atMost(LIMIT).untilAsserted(() -> {
				System.gc();
				assertThat(sent.stream().filter((event) -> event.get() != null)).isEmpty();
			});
			assertThat(workers).as("asked for once each").hasSizeLessThanOrEqualTo(concurrency);
		}
	}

	static Stream<Arguments> policiesAndConcurrency() {
		return Stream.of(OverflowPolicy.values())
			.flatMap((policy) -> Stream.of(arguments(policy, 1), arguments(policy, 4)));
	}

	private String next() throws InterruptedException {
		return this.handled.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
	}

	private static void closeWithinTheLimit(Subscription subscription) throws InterruptedException {
		Thread closer = new Thread(subscription::close);
		closer.setDaemon(true);
		closer.start();
		closer.join(LIMIT.toMillis());
		assertThat(closer.isAlive()).as("still closing").isFalse();
	}

	private static BusSubscription subscribe(Dispatcher dispatcher, SubscriptionOptions options, EventHandler handler) {
		BusSubscription subscription = dispatcher.subscribe(SubscriptionFilter.all(), options, handler, (closing) -> {
		});
		subscription.live();
		return subscription;
	}

	private static Event event(String app) {
		return Event.of(EventTypes.EPOCH_CLOSED, app, null);
	}

	@SuppressWarnings("unchecked")
	private static <E extends Exception> void throwAnyway(Exception exception) throws E {
		throw (E) exception;
	}

}
