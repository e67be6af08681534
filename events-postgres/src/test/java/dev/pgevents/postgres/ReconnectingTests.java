package dev.pgevents.postgres;

import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;

import dev.pgevents.Event;
import dev.pgevents.EventType;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.pgevents.postgres.fault.Sources;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

/**
 * When attempts to connect are made. That none comes too early is measured, which no busy
 * machine can disturb; that none comes too late follows from how many there are at all.
 */
class ReconnectingTests {

	private static final Duration LIMIT = FaultScenario.LIMIT;

	private static final Duration FOREVER = Duration.ofHours(1);

	/** Each wait is up to a fifth shorter than it is long. */
	private static final double SHORTEST = 0.8;

	private final List<Long> attempts = new CopyOnWriteArrayList<>();

	private FaultScenario scenario;

	@BeforeEach
	void create() throws Exception {
		this.scenario = new FaultScenario(false);
	}

	@AfterEach
	void close() throws Exception {
		this.scenario.closeAndVerifyNothingIsLeft();
	}

	private ConnectionSource listenerOnly(ConnectionSource others) {
		ConnectionSource source = Sources.of(this.scenario.server, this.scenario.url());
		return (settings) -> {
			if (!isListener(settings)) {
				return others.open(settings);
			}
			this.attempts.add(System.nanoTime());
			return source.open(settings);
		};
	}

	private static boolean isListener(Properties settings) {
		return settings.getProperty("ApplicationName").endsWith("listener");
	}

	/**
	 * A server that is down at the start: for 20 attempts, of which the last 14 are as
	 * far from each other as any will ever be, and 6 at the defaults. Of those, as many
	 * as 9 would fit into half a minute.
	 */
	@ParameterizedTest
	@MethodSource
	void attemptsGetRarerUpToALimitAndOneOfThemIsEnough(PostgresEventBus.Builder settings, List<Integer> waits)
			throws Exception {
		this.scenario.network.refuse();
		ConnectionSource others = Sources.of(this.scenario.server, this.scenario.url());
		this.scenario.build(settings.name(this.scenario.name).listener(listenerOnly(others)));
		await().atMost(LIMIT).until(() -> this.attempts.size() > waits.size());
		assertThat(this.scenario.bus().status().connection().state()).isEqualTo(ConnectionState.BACKING_OFF);
		this.scenario.network.heal();
		int failed = this.attempts.size();
		this.scenario.begin();
		assertThat(this.attempts.size() - failed).as("the one that was under way, and the next").isBetween(0, 2);
		this.scenario.verify();
		for (int i = 0; i < waits.size(); i++) {
			assertThat(this.attempts.get(i + 1) - this.attempts.get(i)).as("wait %s", i)
				.isGreaterThanOrEqualTo((long) (Duration.ofMillis(waits.get(i)).toNanos() * SHORTEST));
		}
	}

	static Stream<Arguments> attemptsGetRarerUpToALimitAndOneOfThemIsEnough() {
		return Stream.of(arguments(PostgresEventBus.builder(), List.of(100, 200, 400, 800, 1600)),
				arguments(PostgresEventBus.builder().backoff(Duration.ofMillis(2), 10, Duration.ofMillis(150)),
						Stream.concat(Stream.of(2, 20), Stream.generate(() -> 150)).limit(19).toList()));
	}

	/**
	 * Or a server that ends each session at its LISTEN would be asked without a pause.
	 */
	@Test
	void sessionThatBreaksBeforeDeliveryIsProvenIsAFailedAttempt() throws Exception {
		ConnectionSource noPublishing = (settings) -> {
			throw new SQLException("no publishing, so no proof", "08001");
		};
		this.scenario.build(this.scenario.builder()
			.backoff(Duration.ofHours(1), 1, Duration.ofHours(1))
			.listener(listenerOnly(noPublishing)));
		await().atMost(LIMIT)
			.until(() -> this.scenario.server.sessions("pgevents " + this.scenario.name + " listener") == 1);
		this.scenario.awaitThreadIn("awaitNotifications");
		this.scenario.network.cut();
		await().atMost(LIMIT)
			.until(() -> this.scenario.bus().status().connection().state() == ConnectionState.BACKING_OFF
					&& this.scenario.isThreadIn("backOff"));
		assertThat(this.attempts).hasSize(1);
	}

	/** Else one process is back long after another. */
	@Test
	void publishingConnectionThatIsMadeEndsTheListenersWait() throws Exception {
		AtomicBoolean down = new AtomicBoolean(true);
		ConnectionSource source = Sources.of(this.scenario.server, this.scenario.url());
		this.scenario.build(PostgresEventBus.builder().name(this.scenario.name).listener((settings) -> {
			if (down.get()) {
				throw new SQLException("down");
			}
			return source.open(settings);
		}).backoff(FOREVER, 1, FOREVER));
		await().atMost(LIMIT)
			.until(() -> this.scenario.bus().status().connection().state() == ConnectionState.BACKING_OFF);
		down.set(false);
		this.scenario.bus().publish(Event.of(EventType.of("any"), null, null));
		await().atMost(LIMIT).until(() -> this.scenario.bus().isDelivering());
	}

	@Test
	void listeningConnectionThatIsMadeEndsThePublishersWait() throws Exception {
		AtomicBoolean down = new AtomicBoolean(true);
		CountDownLatch failed = new CountDownLatch(1);
		CountDownLatch up = new CountDownLatch(1);
		ConnectionSource source = Sources.of(this.scenario.server, this.scenario.url());
		this.scenario.build(PostgresEventBus.builder().name(this.scenario.name).listener((settings) -> {
			if (isListener(settings)) {
				awaitUninterruptibly(up);
			}
			else if (down.get()) {
				failed.countDown();
				throw new SQLException("down");
			}
			return source.open(settings);
		}).publishTimeout(FOREVER.multipliedBy(2)).backoff(FOREVER, 1, FOREVER));
		CompletableFuture<Void> published = this.scenario.bus().publishAsync(Event.of(EventType.of("any"), null, null));
		failed.await();
		down.set(false);
		up.countDown();
		published.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
	}

	private static void awaitUninterruptibly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
