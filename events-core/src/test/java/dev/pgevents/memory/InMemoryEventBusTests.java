package dev.pgevents.memory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventBusContract;
import dev.pgevents.EventType;
import dev.pgevents.EventTypes;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class InMemoryEventBusTests extends EventBusContract {

	private static final int LIMIT = 20;

	private static final Event EVENT = Event.of(EventTypes.EPOCH_CLOSED, "1", null);

	@Override
	protected EventBus createBus() {
		return InMemoryEventBus.create();
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
