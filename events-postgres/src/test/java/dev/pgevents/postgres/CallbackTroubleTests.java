package dev.pgevents.postgres;

import java.io.IOException;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/**
 * What the application gives the bus to call (sources of connections, listeners, stages
 * of futures, strategies) and does to its subscriptions meanwhile: none of it makes the
 * bus deaf.
 */
class CallbackTroubleTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final TestPostgres database = TestPostgres.shared();

	private final String name = "trouble" + UUID.randomUUID();

	private final EventType type = EventType.of("t" + UUID.randomUUID().toString().replace("-", "") + ".x");

	private final SubscriptionFilter filter = SubscriptionFilter.types(this.type);

	@Test
	void connectionListenerThatThrowsErrorsEndsNothing() throws Exception {
		try (PostgresEventBus bus = bus().connectionListener((previous, current) -> {
			throw new AssertionError("deliberate");
		}).build(); EventStream stream = open(bus)) {
			await().atMost(LIMIT).until(bus::isDelivering);
			assertThat(database.terminate("pgevents " + this.name + " listener")).isPositive();
			assertThat(stream.poll(LIMIT)).isInstanceOf(Gap.class);
			bus.publish(Event.of(this.type, null, 1));
			assertThat(next(stream).payloadAs(Integer.class)).isEqualTo(1);
		}
	}

	@Test
	void sourceThatThrowsWhateverItLikesIsAskedAgain() throws Exception {
		List<Throwable> failures = new ArrayList<>(List.of(new IOException("deliberate"),
				new StackOverflowError("deliberate"), new IllegalStateException("deliberate")));
		ConnectionSource source = (settings) -> {
			synchronized (failures) {
				if (!failures.isEmpty()) {
					CallbackTroubleTests.<RuntimeException>throwAnyway(failures.remove(0));
				}
			}
			settings.setProperty("user", database.user());
			settings.setProperty("password", database.password());
			return DriverManager.getConnection(database.url(), settings);
		};
		try (PostgresEventBus bus = PostgresEventBus.builder()
			.name(this.name)
			.listener(source)
			.backoff(Duration.ofMillis(1), 1, Duration.ofMillis(1))
			.build(); EventStream stream = open(bus)) {
			assertThat(failures).isEmpty();
			bus.publish(Event.of(this.type, null, 1));
			assertThat(next(stream).payloadAs(Integer.class)).isEqualTo(1);
		}
	}

	@Test
	void stageOfReadyThatBlocksDelaysNobody() throws Exception {
		CountDownLatch blocked = new CountDownLatch(1);
		CountDownLatch release = new CountDownLatch(1);
		CountDownLatch dialling = new CountDownLatch(1);
		ConnectionSource source = (settings) -> {
			awaitLatch(dialling);
			settings.setProperty("user", database.user());
			settings.setProperty("password", database.password());
			return DriverManager.getConnection(database.url(), settings);
		};
		try (PostgresEventBus bus = PostgresEventBus.builder().name(this.name).listener(source).build()) {
			bus.subscribe(this.filter, (event) -> {
			}).ready().thenRun(() -> {
				blocked.countDown();
				awaitLatch(release);
			});
			dialling.countDown();
			awaitLatch(blocked);
			try (EventStream stream = open(bus)) {
				bus.publish(Event.of(this.type, null, 1));
				assertThat(next(stream).payloadAs(Integer.class)).isEqualTo(1);
			}
			release.countDown();
		}
	}

	@Test
	void strategyThatRefusesAFilterLeavesNoSubscriptionBehind() {
		ChannelStrategy single = ChannelStrategy.single("events");
		AtomicBoolean refusing = new AtomicBoolean(true);
		ChannelStrategy strategy = new ChannelStrategy() {

			@Override
			public String channelOf(Event event) {
				return single.channelOf(event);
			}

			@Override
			public Set<String> channelsOf(SubscriptionFilter filter) {
				if (refusing.get()) {
					throw new IllegalStateException("deliberate");
				}
				return single.channelsOf(filter);
			}
		};
		try (PostgresEventBus bus = bus().channels(strategy).build()) {
			assertThatIllegalStateException().isThrownBy(() -> bus.subscribe(this.filter, (event) -> {
			}));
			assertThatIllegalStateException().isThrownBy(() -> bus.open(this.filter));
			assertThat(bus.subscriptions()).isEmpty();
			refusing.set(false);
			bus.open(this.filter);
			assertThat(bus.subscriptions()).hasSize(1);
		}
	}

	@Test
	void nothingIsLeftOfSubscriptionsThatOthersCloseWhileTheyAreOpened() throws Exception {
		try (PostgresEventBus bus = bus().channels(ChannelStrategy.perType("trouble", List.of(this.type))).build()) {
			AtomicBoolean done = new AtomicBoolean();
			Thread closer = new Thread(() -> {
				while (!done.get()) {
					bus.subscriptions().forEach(Subscription::close);
				}
			});
			closer.start();
			List<Subscription> opened = new ArrayList<>();
			for (int i = 0; i < 1000; i++) {
				opened.add(bus.subscribe(this.filter, (event) -> {
				}));
			}
			done.set(true);
			closer.join(LIMIT.toMillis());
			bus.subscriptions().forEach(Subscription::close);
			assertThat(bus.status().channels()).isEmpty();
			await().atMost(LIMIT)
				.until(() -> opened.stream().allMatch((subscription) -> subscription.ready().isDone()));
		}
	}

	private PostgresEventBus.Builder bus() {
		return PostgresEventBus.builder()
			.name(this.name)
			.listener(ConnectionSource.url(database.url(), database.user(), database.password()))
			.backoff(Duration.ofMillis(1), 1, Duration.ofMillis(1));
	}

	private EventStream open(PostgresEventBus bus) throws Exception {
		EventStream stream = bus.open(this.filter);
		stream.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
		return stream;
	}

	private static Event next(EventStream stream) throws InterruptedException {
		Delivery delivery = stream.poll(LIMIT);
		while (delivery instanceof Gap) {
			delivery = stream.poll(LIMIT);
		}
		assertThat(delivery).isInstanceOf(Event.class);
		return (Event) delivery;
	}

	private static void awaitLatch(CountDownLatch latch) {
		try {
			assertThat(latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@SuppressWarnings("unchecked")
	private static <E extends Throwable> void throwAnyway(Throwable throwable) throws E {
		throw (E) throwable;
	}

}
