package dev.pgevents.postgres;

import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.Gap;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionOptions;
import org.junit.jupiter.api.Test;

import dev.pgevents.postgres.fault.Sources;
import dev.pgevents.postgres.test.OwnThread;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Whatever a bus is doing, closing ends it, and whatever goes wrong, it tries again. Each
 * test ends with the bus closed, none of its threads and none of its sessions left.
 */
class ConnectionLifeTests extends FaultyNetworkTest {

	private static final Duration LIMIT = FaultScenario.LIMIT;

	private static final EventHandler NOTHING = (event) -> {
	};

	private void assertCloses() {
		assertThat(CompletableFuture.runAsync(this.scenario.bus()::close, OwnThread.EACH)).succeedsWithin(LIMIT);
		await().atMost(LIMIT).until(() -> this.scenario.threads() == 0);
		assertThat(this.scenario.bus().status().connection().state()).isEqualTo(ConnectionState.CLOSED);
	}

	@Test
	void closesWhileDialling() throws Exception {
		this.scenario.buildDialling();
		assertCloses();
	}

	@Test
	void closesInTheHandshake() throws Exception {
		this.scenario.buildInTheHandshake();
		assertCloses();
	}

	@Test
	void closesWhileBackingOff() throws Exception {
		this.scenario.buildBackingOff();
		assertCloses();
	}

	@Test
	void closesInListen() throws Exception {
		Subscription pending = this.scenario.buildInListen();
		assertCloses();
		assertThat(pending.ready()).isCompletedExceptionally();
	}

	@Test
	void closesInAHeartbeatThatIsNotAnswered() throws Exception {
		PostgresEventBus.Builder builder = this.scenario.patient().heartbeat(Duration.ofMillis(10));
		this.scenario.build(builder);
		this.scenario.begin();
		this.scenario.network.blackHole();
		this.scenario.awaitThreadIn("ask");
		assertCloses();
	}

	@Test
	void closesWithAFullBufferAndAHandlerThatBlocks() throws Exception {
		CountDownLatch never = new CountDownLatch(1);
		this.scenario.build(this.scenario.patient());
		this.scenario.begin();
		Subscription full = this.scenario.bus()
			.subscribe(this.scenario.filter, SubscriptionOptions.builder().bufferSize(5).build(),
					(event) -> never.await());
		await().atMost(LIMIT).until(() -> full.stats().dropped() > 0);
		assertCloses();
	}

	@Test
	void closesWhilePublishingIsNotAnswered() throws Exception {
		this.scenario.build(this.scenario.patient());
		this.scenario.begin();
		this.scenario.network.stall();
		CompletableFuture<Void> published = CompletableFuture
			.runAsync(() -> this.scenario.bus().publish(Event.of(this.scenario.type, "q", 0)), OwnThread.EACH);
		CompletableFuture<Void> queued = this.scenario.bus().publishAsync(Event.of(this.scenario.type, "q", 1));
		assertCloses();
		assertThat(published).failsWithin(LIMIT);
		assertThat(queued).failsWithin(LIMIT);
	}

	@Test
	void closesWithASocketFactoryOfTheUsers() throws Exception {
		ConnectionSource own = Sources.of(this.scenario.server,
				this.scenario.url() + "&socketFactory=" + PlainSocketFactory.class.getName());
		this.scenario.build(this.scenario.builder().listener(own));
		this.scenario.begin();
		this.scenario.network.cut();
		this.scenario.verify();
		assertCloses();
	}

	@Test
	void closesInAnyOrderAndTwice() throws Exception {
		this.scenario.build();
		Subscription subscription = this.scenario.begin();
		subscription.close();
		subscription.close();
		Subscription other = this.scenario.bus().subscribe(this.scenario.filter, NOTHING);
		assertCloses();
		other.close();
		this.scenario.bus().close();
		assertThat(other.ready()).isDone();
	}

	@Test
	void closesFromAHandler() throws Exception {
		this.scenario.build();
		this.scenario.begin();
		AtomicReference<Subscription> own = new AtomicReference<>();
		CompletableFuture<Void> closed = new CompletableFuture<>();
		own.set(this.scenario.bus().subscribe(this.scenario.filter, (event) -> {
			own.get().close();
			this.scenario.bus().close();
			closed.complete(null);
		}));
		assertThat(closed).succeedsWithin(LIMIT);
		assertCloses();
	}

	@Test
	void failedAttemptAlwaysSchedulesTheNext() throws Exception {
		ConnectionSource good = Sources.of(this.scenario.server, this.scenario.url());
		this.scenario.build(this.scenario.builder().listener((settings) -> {
			int attempt = this.scenario.attempts.incrementAndGet();
			return switch (attempt % 7) {
				case 0 -> good.open(settings);
				case 1 -> throw new SQLException("no", "08001");
				case 2 -> throw new SQLException("no state");
				case 3 -> throw new IllegalStateException("not this time");
				case 4 -> throw new NoClassDefFoundError("not this time either");
				case 5 -> ConnectionSource.url(this.scenario.url(), "nobody", "x").open(settings);
				default -> good.open(new Properties());
			};
		}).connectionListener((previous, current) -> {
			throw new AssertionError("a listener that fails on " + current);
		}));
		this.scenario.begin();
		for (int i = 0; i < 5; i++) {
			this.scenario.network.cut();
			this.scenario.ledger.awaitGaps(i + 1, LIMIT);
		}
		this.scenario.verify();
	}

	/**
	 * Waits that went on from those before would be too long for four attempts; the
	 * longest is none too long where this test is held up until after a few more.
	 */
	@Test
	void healthySessionBeginsTheBackoffAnew() throws Exception {
		this.scenario.build(this.scenario.builder().backoff(Duration.ofMillis(1), 10, Duration.ofSeconds(45)));
		this.scenario.network.refuse();
		this.scenario.awaitAttempts(4);
		this.scenario.network.heal();
		this.scenario.begin();
		this.scenario.network.refuse();
		this.scenario.network.cut();
		this.scenario.awaitAttempts(4);
		this.scenario.network.heal();
		this.scenario.verify();
	}

	@Test
	void interruptedThreadsGoOn() throws Exception {
		begin();
		try (Repeated interrupt = Repeated.every(Duration.ofMillis(5), this::interruptAll)) {
			interrupt.awaitTimes(100, LIMIT);
			this.scenario.network.cut();
			this.scenario.ledger.awaitGaps(1, LIMIT);
			this.scenario.network.ignoreDials();
			this.scenario.network.cut();
			this.scenario.awaitAttempts(2);
			this.scenario.network.heal();
			interrupt.awaitTimes(200, LIMIT);
		}
		this.scenario.verify();
	}

	private void interruptAll() {
		Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith(this.scenario.name))
			.forEach(Thread::interrupt);
	}

	@Test
	void clockThatJumpsShowsInTheTimesOfGapsOnly() throws Exception {
		JumpingClock clock = new JumpingClock();
		PostgresEventBus.Builder builder = this.scenario.builder();
		builder.clock = clock;
		this.scenario.build(builder);
		this.scenario.begin();
		for (Duration jump : new Duration[] { Duration.ofDays(1), Duration.ofDays(-365), Duration.ofDays(1000) }) {
			clock.jump(jump);
			int gaps = this.scenario.ledger.gaps().size();
			this.scenario.network.blackHole();
			this.scenario.network.heal();
			this.scenario.ledger.awaitGaps(gaps + 1, LIMIT);
			this.scenario.awaitDelivery();
		}
		this.scenario.verify();
		assertThat(this.scenario.ledger.gaps()).extracting(Gap::reason).containsOnly(Gap.Reason.RECONNECTED);
		assertThat(this.scenario.ledger.gaps()).noneMatch((gap) -> gap.since().isAfter(gap.until()));
	}

	/** A clock that is set by hand. */
	private static final class JumpingClock extends Clock {

		private final AtomicReference<Duration> offset = new AtomicReference<>(Duration.ZERO);

		void jump(Duration by) {
			this.offset.updateAndGet(by::plus);
		}

		@Override
		public ZoneId getZone() {
			return ZoneOffset.UTC;
		}

		@Override
		public Clock withZone(ZoneId zone) {
			throw new UnsupportedOperationException();
		}

		@Override
		public Instant instant() {
			return Instant.now().plus(this.offset.get());
		}

	}

}
