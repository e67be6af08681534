package dev.pgevents.memory;

import java.lang.reflect.Type;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.pgevents.Closing;
import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventBusContract;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.EventTypes;
import dev.pgevents.PayloadCodec;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.test.OwnThread;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

class InMemoryEventBusTests extends EventBusContract {

	private static final int LIMIT = 20;

	private static final Event EVENT = Event.of(EventTypes.EPOCH_CLOSED, "1", null);

	@Override
	protected EventBus createBus() {
		return InMemoryEventBus.create();
	}

	@Test
	void codecMakesOfPayloadsAtTheCallWhatAnotherProcessWouldSee() throws Exception {
		PayloadCodec codec = new PayloadCodec() {

			@Override
			public String toJson(Object value) {
				return "written " + value;
			}

			@Override
			@SuppressWarnings("unchecked")
			public <T> T fromJson(String json, Type type) {
				return ((Class<T>) type).cast("read " + json);
			}
		};
		try (EventBus bus = InMemoryEventBus.builder().codec(codec).build();
				EventStream stream = bus.open(SubscriptionFilter.all())) {
			StringBuilder payload = new StringBuilder("a");
			bus.publish(Event.of(EventType.of("x"), "1", payload));
			payload.append("b");
			Event received = (Event) stream.take();
			assertThat(received.payloadAs(String.class)).isEqualTo("read written a");
			assertThat(received.appId()).isEqualTo("1");
		}
	}

	@Test
	void namesItsThreadsAfterItself() throws Exception {
		BlockingQueue<String> threads = new LinkedBlockingQueue<>();
		try (InMemoryEventBus bus = InMemoryEventBus.builder().name("mine").build()) {
			bus.subscribe(SubscriptionFilter.all(), (event) -> threads.add(Thread.currentThread().getName()));
			bus.publish(EVENT);
			assertThat(threads.poll(LIMIT, TimeUnit.SECONDS)).startsWith("mine-");
		}
	}

	@Test
	void runsHandlersWhereItIsTold() throws Exception {
		BlockingQueue<String> threads = new LinkedBlockingQueue<>();
		try (InMemoryEventBus bus = InMemoryEventBus.builder()
			.executor((task) -> new Thread(task, "given").start())
			.build()) {
			bus.subscribe(SubscriptionFilter.all(), (event) -> threads.add(Thread.currentThread().getName()));
			bus.publish(EVENT);
			assertThat(threads.poll(LIMIT, TimeUnit.SECONDS)).isEqualTo("given");
		}
	}

	@Test
	void holdsNobodyUpWhileAnExecutorIsCalled() throws Exception {
		AtomicReference<EventBus> publishing = new AtomicReference<>();
		BlockingQueue<Event> received = new LinkedBlockingQueue<>();
		AtomicBoolean first = new AtomicBoolean(true);
		CompletableFuture<Boolean> published = new CompletableFuture<>();
		try (InMemoryEventBus bus = InMemoryEventBus.builder().executor((task) -> {
			if (first.getAndSet(false)) {
				published.complete(CompletableFuture.supplyAsync(() -> {
					publishing.get().publish(EVENT);
					return true;
				}, OwnThread.EACH).completeOnTimeout(false, LIMIT, TimeUnit.SECONDS).join());
			}
			new Thread(task, "given").start();
		}).build()) {
			publishing.set(bus);
			bus.subscribe(SubscriptionFilter.all(), received::add);
			bus.publish(EVENT);
			assertThat(published).isCompletedWithValue(true);
			assertThat(received.poll(LIMIT, TimeUnit.SECONDS)).isEqualTo(EVENT);
			assertThat(received.poll(LIMIT, TimeUnit.SECONDS)).isEqualTo(EVENT);
		}
	}

	@Test
	void tellsOfASlowHandlerOnceWhileItRunsAndEndsItAfterTheShutdownTimeout() throws Exception {
		BlockingQueue<String> slow = new LinkedBlockingQueue<>();
		CountDownLatch ended = new CountDownLatch(1);
		InMemoryEventBus bus = InMemoryEventBus.builder()
			.slowHandlerThreshold(Duration.ofMillis(1))
			.slowHandlerListener((subscription, delivery, runningFor) -> {
				assertThat(runningFor).isGreaterThan(Duration.ofMillis(1));
				slow.add(subscription.name());
				throw new AssertionError("deliberate");
			})
			.shutdownTimeout(Duration.ofMillis(1))
			.build();
		try (bus) {
			for (String name : List.of("first", "second")) {
				bus.subscribe(SubscriptionFilter.types(name), SubscriptionOptions.builder().name(name).build(),
						(event) -> {
							try {
								new CountDownLatch(1).await();
							}
							finally {
								ended.countDown();
							}
						});
			}
			bus.publish(Event.of(EventType.of("first"), null, null));
			assertThat(slow.poll(LIMIT, TimeUnit.SECONDS)).isEqualTo("first");
			bus.publish(Event.of(EventType.of("second"), null, null));
			assertThat(slow.poll(LIMIT, TimeUnit.SECONDS)).isEqualTo("second");
			assertThat(ended.getCount()).isEqualTo(1);
		}
		assertThat(ended.await(LIMIT, TimeUnit.SECONDS)).isTrue();
		assertThat(slow).isEmpty();
	}

	@Test
	void closeOfASubscriptionGivesUpOnAHandlerThatBlocksForEverAndNamesItOnce() throws Exception {
		CountDownLatch inHand = new CountDownLatch(1);
		CountDownLatch interrupted = new CountDownLatch(1);
		List<String> log = logged("dev.pgevents.internal.dispatch.HandlerSubscription", () -> {
			try (InMemoryEventBus bus = InMemoryEventBus.builder().shutdownTimeout(Duration.ofMillis(1)).build()) {
				Subscription subscription = bus.subscribe(SubscriptionFilter.all(),
						SubscriptionOptions.builder().name("blocked").build(),
						(event) -> untilInterrupted(inHand, interrupted));
				bus.publish(EVENT);
				assertThat(inHand.await(LIMIT, TimeUnit.SECONDS)).isTrue();
				subscription.close();
				subscription.close();
				assertThat(interrupted.getCount()).isEqualTo(1);
			}
			assertThat(interrupted.await(LIMIT, TimeUnit.SECONDS)).isTrue();
		});
		assertThat(log).filteredOn((line) -> line.contains("still running"))
			.singleElement()
			.asString()
			.contains("subscription blocked", "timeout of 1 ms", EVENT.id().toString(), "on thread events-");
	}

	@Test
	void closeOfTheBusWaitsForHandlersThatHaveClosedTheirOwnSubscription() throws Exception {
		CountDownLatch closed = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		AtomicReference<Subscription> own = new AtomicReference<>();
		AtomicBoolean finished = new AtomicBoolean();
		InMemoryEventBus bus = InMemoryEventBus.create();
		own.set(bus.subscribe(SubscriptionFilter.all(), (event) -> {
			own.get().close();
			closed.countDown();
			finished.set(release.await(LIMIT, TimeUnit.SECONDS));
		}));
		bus.publish(EVENT);
		assertThat(closed.await(LIMIT, TimeUnit.SECONDS)).isTrue();
		Closing.assertWaits(bus::close, release::countDown, finished);
	}

	@Test
	void closeEndsHandlersOnThreadsOfTheUsersAndLeavesThoseThreadsAsTheyWere() throws Exception {
		CountDownLatch inHand = new CountDownLatch(1);
		CountDownLatch interrupted = new CountDownLatch(1);
		ExecutorService given = Executors.newSingleThreadExecutor();
		try (InMemoryEventBus bus = InMemoryEventBus.builder()
			.executor(given)
			.shutdownTimeout(Duration.ofMillis(1))
			.build()) {
			bus.subscribe(SubscriptionFilter.all(), (event) -> untilInterrupted(inHand, interrupted));
			bus.publish(EVENT);
			assertThat(inHand.await(LIMIT, TimeUnit.SECONDS)).isTrue();
		}
		assertThat(interrupted.await(LIMIT, TimeUnit.SECONDS)).isTrue();
		assertThat(given.submit(Thread::interrupted).get(LIMIT, TimeUnit.SECONDS)).isFalse();
		given.shutdown();
	}

	private static void untilInterrupted(CountDownLatch inHand, CountDownLatch interrupted) throws Exception {
		inHand.countDown();
		try {
			new CountDownLatch(1).await();
		}
		finally {
			interrupted.countDown();
		}
	}

	private static List<String> logged(String name, ThrowingCallable action) throws Exception {
		ListAppender<ILoggingEvent> appender = new ListAppender<>();
		appender.start();
		Logger logger = (Logger) LoggerFactory.getLogger(name);
		logger.addAppender(appender);
		try {
			action.call();
		}
		catch (Throwable ex) {
			throw new AssertionError(ex);
		}
		finally {
			logger.detachAppender(appender);
		}
		return appender.list.stream().map(ILoggingEvent::getFormattedMessage).toList();
	}

	@Test
	void aThousandSubscriptionsCostNoThreadWhileTheyAreIdle() throws Exception {
		CountDownLatch handled = new CountDownLatch(1000);
		try (InMemoryEventBus bus = InMemoryEventBus.builder().name("thousand").build()) {
			List<Subscription> subscriptions = new ArrayList<>();
			for (int i = 0; i < 1000; i++) {
				subscriptions.add(bus.subscribe(SubscriptionFilter.apps(String.valueOf(i)),
						SubscriptionOptions.builder().concurrency(4).build(), (event) -> handled.countDown()));
			}
			assertThat(Thread.getAllStackTraces().keySet()).extracting(Thread::getName)
				.filteredOn((name) -> name.startsWith("thousand"))
				.allMatch((name) -> name.startsWith("thousand-watch"));
			for (int i = 0; i < 1000; i++) {
				bus.publish(Event.of(EventTypes.EPOCH_CLOSED, String.valueOf(i), null));
			}
			assertThat(handled.await(LIMIT, TimeUnit.SECONDS)).isTrue();
			assertThat(subscriptions).allMatch((subscription) -> subscription.stats().received() == 1);
		}
	}

	@Test
	void refusesTimesThatAreNotPositive() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> InMemoryEventBus.builder().slowHandlerThreshold(Duration.ZERO))
			.withMessage("slowHandlerThreshold is PT0S, it must be positive");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> InMemoryEventBus.builder().shutdownTimeout(Duration.ofSeconds(-1)))
			.withMessage("shutdownTimeout is PT-1S, it must be positive");
	}

}
