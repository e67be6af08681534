package dev.pgevents;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import java.util.stream.Stream;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * What every bus promises under load and with handlers that fail, block and are too slow:
 * they are told of, they harm themselves alone, and the counts add up.
 */
public abstract class EventBusLoadContract {

	private static final Duration LIMIT = Duration.ofSeconds(60);

	private final String group = "t" + UUID.randomUUID().toString().replace("-", "");

	private final EventType type = EventType.of(this.group + ".one");

	private final SubscriptionFilter all = SubscriptionFilter.types(this.type);

	private final BlockingQueue<String> slow = new LinkedBlockingQueue<>();

	private EventBus bus;

	/**
	 * A new bus with a shutdown timeout of a few milliseconds.
	 * @param slowHandlerThreshold when a handler counts as slow
	 * @param listener is told of slow handlers
	 * @return the bus
	 */
	protected abstract EventBus createBus(Duration slowHandlerThreshold, SlowHandlerListener listener);

	/**
	 * Makes a gap of another reason than overflow, where the bus has any.
	 * @throws Exception if that fails
	 */
	protected void disturb() throws Exception {
	}

	@BeforeEach
	void open() {
		this.bus = createBus(Duration.ofMillis(20), (subscription, delivery, runningFor) -> {
			if (subscription.name().startsWith("blocked") && runningFor.toMillis() >= 20) {
				this.slow.add(subscription.name());
			}
		});
	}

	@AfterEach
	void close() {
		this.bus.close();
	}

	@Test
	void handlersThatBlockForEverAreToldOfOnceWhileTheyRunAndDelayNobody() throws Exception {
		AtomicInteger interrupted = new AtomicInteger();
		CountDownLatch begun = new CountDownLatch(20);
		List<Subscription> blocked = new ArrayList<>();
		for (int i = 0; i < 20; i++) {
			blocked.add(subscribe(SubscriptionOptions.builder().name("blocked" + i).bufferSize(10).build(), (event) -> {
				try {
					begun.countDown();
					new CountDownLatch(1).await();
				}
				finally {
					interrupted.incrementAndGet();
				}
			}));
		}
		Semaphore handled = new Semaphore(0);
		Subscription other = subscribe(SubscriptionOptions.defaults(), (event) -> handled.release());
		this.bus.publish(event(0));
		assertThat(begun.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		assertThat(handled.tryAcquire(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		for (int i = 0; i < 100; i++) {
			this.bus.publishAll(IntStream.range(0, 10).mapToObj(this::event).toList());
			assertThat(handled.tryAcquire(10, LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		}
		await().atMost(LIMIT).until(() -> this.slow.size() >= blocked.size());
		assertThat(this.slow).containsExactlyInAnyOrderElementsOf(blocked.stream().map(Subscription::name).toList());
		assertThat(blocked).allSatisfy((subscription) -> {
			SubscriptionStats stats = subscription.stats();
			assertThat(stats.slow()).isEqualTo(1);
			assertThat(stats.handled()).isZero();
			assertThat(stats.queued()).isEqualTo(10);
			assertThat(stats.received()).isEqualTo(1 + 1000);
			assertThat(stats.dropped()).isEqualTo(1000 - 10);
		});
		assertThat(other.stats().dropped()).isZero();
		assertThat(interrupted).hasValue(0);
		this.bus.close();
		await().atMost(LIMIT).until(() -> interrupted.get() == blocked.size());
	}

	@ParameterizedTest
	@MethodSource
	void whateverAHandlerThrowsEachTimeItIsGivenTheNextEvent(String name, Trouble trouble) throws Exception {
		AtomicBoolean interrupted = new AtomicBoolean();
		BlockingQueue<Throwable> errors = new LinkedBlockingQueue<>();
		Subscription throwing = subscribe(SubscriptionOptions.builder()
			.errorHandler((subscription, delivery, error) -> errors.add(error))
			.build(), (event) -> {
				interrupted.compareAndSet(false, Thread.currentThread().isInterrupted());
				trouble.make();
			});
		Subscription logged = subscribe(SubscriptionOptions.defaults(), (event) -> trouble.make());
		Semaphore handled = new Semaphore(0);
		subscribe(SubscriptionOptions.defaults(), (event) -> handled.release());
		this.bus.publishAll(IntStream.range(0, 50).mapToObj(this::event).toList());
		this.bus.publishAll(IntStream.range(50, 100).mapToObj(this::event).toList());
		assertThat(handled.tryAcquire(100, LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		await().atMost(LIMIT).until(() -> throwing.stats().failed() == 100 && logged.stats().failed() == 100);
		assertThat(errors).hasSize(100);
		assertThat(interrupted).isFalse();
	}

	static Stream<Arguments> whateverAHandlerThrowsEachTimeItIsGivenTheNextEvent() {
		return Stream.of(trouble("exception", () -> {
			throw new IllegalStateException("deliberate");
		}), trouble("checked exception", () -> {
			throw new IOException("deliberate");
		}), trouble("error", () -> {
			throw new AssertionError("deliberate");
		}), trouble("stack overflow", EventBusLoadContract::recurse), trouble("out of memory", () -> {
			throw new OutOfMemoryError("deliberate");
		}), trouble("end of thread", () -> {
			throw new ThreadDeath();
		}), trouble("interrupt", () -> {
			throw new InterruptedException("deliberate");
		}), trouble("interrupt of its own thread", () -> {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("deliberate");
		}), trouble("exception that cannot be shown", () -> {
			throw new IllegalStateException("deliberate") {

				private static final long serialVersionUID = 1L;

				@Override
				public String toString() {
					throw new UnsupportedOperationException("deliberate");
				}
			};
		}));
	}

	private static Arguments trouble(String name, Trouble trouble) {
		return arguments(name, trouble);
	}

	private static void recurse() {
		int[] deep = new int[100];
		recurse();
		deep[0]++;
	}

	@ParameterizedTest
	@MethodSource("policiesAndConcurrency")
	void receivedAndDroppedAndCoalescedAddUpToWhatWasSent(OverflowPolicy overflow, int concurrency) throws Exception {
		int publishers = 4;
		int each = 1000;
		int bufferSize = 16;
		Tally tally = new Tally();
		AtomicInteger queuedAtMost = new AtomicInteger();
		List<Subscription> own = new ArrayList<>();
		CountDownLatch subscribed = new CountDownLatch(1);
		SubscriptionOptions options = SubscriptionOptions.builder()
			.bufferSize(bufferSize)
			.overflow(overflow)
			.concurrency(concurrency)
			.build();
		Subscription subscription = subscribe(options, new EventHandler() {

			@Override
			public void onEvent(Event event) throws Exception {
				assertThat(subscribed.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
				queuedAtMost.accumulateAndGet(own.get(0).stats().queued(), Math::max);
				tally.add(event);
				Thread.yield();
			}

			@Override
			public void onGap(Gap gap) {
				tally.add(gap);
			}
		});
		own.add(subscription);
		subscribed.countDown();
		List<Thread> threads = new ArrayList<>();
		for (int i = 0; i < publishers; i++) {
			String publisher = String.valueOf(i);
			threads.add(new Thread(() -> publish(publisher, each)));
		}
		AtomicBoolean published = new AtomicBoolean();
		Thread comingAndGoing = new Thread(() -> {
			while (!published.get()) {
				this.bus.subscribe(this.all, (event) -> {
				}).close();
			}
		});
		comingAndGoing.start();
		threads.forEach(Thread::start);
		for (int i = 0; i < 20; i++) {
			disturb();
			queuedAtMost.accumulateAndGet(subscription.stats().queued(), Math::max);
		}
		for (Thread thread : threads) {
			thread.join(LIMIT.toMillis());
		}
		published.set(true);
		comingAndGoing.join(LIMIT.toMillis());
		int sent = publishers * each;
		await().atMost(LIMIT).until(() -> subscription.stats().received() == sent && isIdle(subscription.stats()));
		SubscriptionStats stats = subscription.stats();
		// The last gap may still be waiting.
		await().atMost(LIMIT)
			.untilAsserted(() -> assertThat(tally.dropped).as("told in gaps").hasValue(stats.dropped()));
		await().atMost(LIMIT).until(() -> tally.gaps.get() == subscription.stats().gaps());
		assertThat(tally.handled).hasValue(stats.handled());
		assertThat(tally.handled.get() + tally.dropped.get() + stats.coalesced()).isEqualTo(sent);
		assertThat(stats.coalesced() == 0 || overflow == OverflowPolicy.LATEST_PER_APP).isTrue();
		assertThat(stats.failed()).isZero();
		assertThat(queuedAtMost.get()).isLessThanOrEqualTo(bufferSize);
		assertThat(tally.outOfOrder).isEmpty();
	}

	private static boolean isIdle(SubscriptionStats stats) {
		return stats.received() == stats.handled() + stats.failed() + stats.dropped() + stats.coalesced();
	}

	private void publish(String publisher, int each) {
		for (int i = 0; i < each; i += 10) {
			int first = i;
			this.bus.publishAll(IntStream.range(first, first + 10)
				.mapToObj((number) -> Event.of(this.type, publisher + "." + number % 3, number))
				.toList());
		}
	}

	static Stream<Arguments> policiesAndConcurrency() {
		return Stream.of(OverflowPolicy.values())
			.flatMap((policy) -> Stream.of(arguments(policy, 1), arguments(policy, 4)));
	}

	@Test
	void subscriptionsAreClosedAndCountedWhileEventsPourIn() throws Exception {
		AtomicBoolean stop = new AtomicBoolean();
		List<Thread> threads = IntStream.range(0, 2).mapToObj((i) -> new Thread(() -> {
			for (int number = 0; !stop.get(); number++) {
				this.bus.publish(Event.of(this.type, String.valueOf(i), number));
			}
		})).toList();
		threads.forEach(Thread::start);
		try {
			for (int i = 0; i < 50; i++) {
				Tally tally = new Tally();
				Subscription subscription = subscribe(
						SubscriptionOptions.builder().bufferSize(4).concurrency(1 + i % 3).build(), tally);
				await().atMost(LIMIT).until(() -> tally.handled.get() > 10);
				List<Thread> closers = List.of(new Thread(subscription::close), new Thread(subscription::close));
				closers.forEach(Thread::start);
				subscription.close();
				SubscriptionStats closed = subscription.stats();
				for (Thread closer : closers) {
					closer.join(LIMIT.toMillis());
					assertThat(closer.isAlive()).isFalse();
				}
				await().atMost(LIMIT).until(() -> isIdle(subscription.stats()));
				assertThat(subscription.stats().received()).as("nothing is taken in any more")
					.isEqualTo(closed.received());
				assertThat(tally.handled).hasValue(subscription.stats().handled());
				assertThat(subscription.stats().queued()).isZero();
				assertThat(tally.outOfOrder).isEmpty();
			}
		}
		finally {
			stop.set(true);
			for (Thread thread : threads) {
				thread.join(LIMIT.toMillis());
			}
		}
	}

	private Event event(int number) {
		return Event.of(this.type, "app", number);
	}

	private Subscription subscribe(SubscriptionOptions options, EventHandler handler) {
		Subscription subscription = this.bus.subscribe(this.all, options, handler);
		subscription.ready().orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
		return subscription;
	}

	/** What a handler does wrong. */
	@FunctionalInterface
	interface Trouble {

		void make() throws Exception;

	}

	/** Counts what it is given, and looks whether each app's numbers rise. */
	private static final class Tally implements EventHandler {

		private final AtomicLong handled = new AtomicLong();

		private final AtomicLong dropped = new AtomicLong();

		private final AtomicLong gaps = new AtomicLong();

		private final Map<String, Integer> last = Collections.synchronizedMap(new HashMap<>());

		private final List<Event> outOfOrder = Collections.synchronizedList(new ArrayList<>());

		void add(Event event) {
			this.handled.incrementAndGet();
			int number = event.payloadAs(Integer.class);
			Integer before = this.last.put(String.valueOf(event.appId()), number);
			if (before != null && before >= number) {
				this.outOfOrder.add(event);
			}
		}

		void add(Gap gap) {
			this.gaps.incrementAndGet();
			if (gap.reason() == Gap.Reason.OVERFLOW) {
				this.dropped.addAndGet(gap.dropped());
			}
		}

		@Override
		public void onEvent(Event event) {
			add(event);
		}

		@Override
		public void onGap(Gap gap) {
			add(gap);
		}

	}

}
