package dev.pgevents.postgres;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.Gap;
import dev.pgevents.Subscription;
import dev.pgevents.postgres.test.OwnThread;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Whatever a bus is doing, suspending it ends its sessions, and resuming brings delivery
 * back.
 */
class SuspendTests extends FaultyNetworkTest {

	private static final Duration LIMIT = FaultScenario.LIMIT;

	private final BlockingQueue<Delivery> deliveries = new LinkedBlockingQueue<>();

	@Test
	void connectsOnceItIsResumedWhereItIsBuiltSuspended() throws Exception {
		this.scenario.build(this.scenario.steady().suspended(true));
		Subscription subscription = subscribe();
		assertThat(this.scenario.bus().status().connection().state()).isEqualTo(ConnectionState.STOPPED);
		assertThat(this.scenario.attempts).hasValue(0);
		this.scenario.bus().resume();
		join(subscription);
		this.scenario.bus().publish(event("1"));
		assertThat(next()).isInstanceOf(Event.class);
		await().atMost(LIMIT).until(this.scenario.bus()::isDelivering);
	}

	@Test
	void closesBothConnectionsAndOpensThemAgainWithAGap() throws Exception {
		this.scenario.build(this.scenario.steady());
		join(subscribe());
		this.scenario.bus().publish(event("1"));
		assertThat(next()).isInstanceOf(Event.class);
		await().atMost(LIMIT).until(this.scenario.bus()::isDelivering);
		for (int i = 0; i < 3; i++) {
			Instant before = Instant.now();
			this.scenario.bus().suspend();
			assertThat(this.scenario.bus().status().connection())
				.satisfies((status) -> assertThat(status.state()).isEqualTo(ConnectionState.STOPPED))
				.satisfies((status) -> assertThat(status.problem()).isNull());
			assertNoSession();
			this.scenario.bus().resume();
			assertThat(next()).isInstanceOfSatisfying(Gap.class, (gap) -> {
				assertThat(gap.reason()).isEqualTo(Gap.Reason.RECONNECTED);
				assertThat(gap.until()).isAfterOrEqualTo(before);
			});
			this.scenario.bus().publish(event("1"));
			assertThat(next()).isInstanceOf(Event.class);
			await().atMost(LIMIT).until(this.scenario.bus()::isDelivering);
		}
	}

	@Test
	void publishesWhileSuspendedOverAConnectionOpenedForIt() throws Exception {
		this.scenario.build(this.scenario.steady().suspended(true));
		try (PostgresEventBus other = PostgresEventBus.builder().dataSource(this.scenario.straight()).build()) {
			Subscription subscription = other.subscribe(this.scenario.filter, this.deliveries::add);
			join(subscription);
			this.scenario.bus().publish(event("1"));
			assertThat(next()).isInstanceOf(Event.class);
		}
		assertThat(this.scenario.bus().status().connection().state()).isEqualTo(ConnectionState.STOPPED);
		this.scenario.bus().suspend();
		assertNoSession();
	}

	@Test
	void subscriptionMadeWhileSuspendedGoesLiveWithTheRest() throws Exception {
		this.scenario.build(this.scenario.steady());
		await().atMost(LIMIT).until(this.scenario.bus()::isDelivering);
		this.scenario.bus().suspend();
		Subscription subscription = subscribe();
		assertThat(subscription.ready()).isNotDone();
		this.scenario.bus().resume();
		join(subscription);
		this.scenario.bus().publish(event("1"));
		assertThat(next()).isInstanceOf(Event.class);
	}

	@Test
	void suspendsWhileDialling() throws Exception {
		this.scenario.buildDialling();
		assertSuspends();
	}

	@Test
	void suspendsInTheHandshake() throws Exception {
		this.scenario.buildInTheHandshake();
		assertSuspends();
	}

	@Test
	void suspendsWhileBackingOff() throws Exception {
		this.scenario.buildBackingOff();
		assertSuspends();
	}

	@Test
	void suspendsInListen() throws Exception {
		this.scenario.buildInListen();
		assertSuspends();
	}

	@Test
	void handlerMaySuspendAndResumeTheBus() throws Exception {
		this.scenario.build();
		CompletableFuture<Void> done = new CompletableFuture<>();
		join(this.scenario.bus().subscribe(this.scenario.filter, (event) -> {
			this.scenario.bus().suspend();
			this.scenario.bus().resume();
			done.complete(null);
		}));
		this.scenario.bus().publish(event("1"));
		assertThat(done).succeedsWithin(LIMIT);
		await().atMost(LIMIT).until(this.scenario.bus()::isDelivering);
	}

	@Test
	void closedBusStaysClosed() throws Exception {
		this.scenario.build();
		this.scenario.bus().close();
		this.scenario.bus().suspend();
		this.scenario.bus().resume();
		assertThat(this.scenario.bus().status().connection().state()).isEqualTo(ConnectionState.CLOSED);
	}

	@Test
	void missesNothingInSilenceWhileItIsSuspendedAndResumedUnderLoad() throws Exception {
		this.scenario.build();
		this.scenario.begin();
		for (int i = 0; i < 20; i++) {
			this.scenario.bus().suspend();
			this.scenario.bus().resume();
		}
		this.scenario.verify();
	}

	private void assertSuspends() {
		assertThat(CompletableFuture.runAsync(this.scenario.bus()::suspend, OwnThread.EACH)).succeedsWithin(LIMIT);
		assertThat(this.scenario.bus().status().connection().state()).isEqualTo(ConnectionState.STOPPED);
		assertThat(this.scenario.isThreadIn("advance")).isFalse();
	}

	private void assertNoSession() {
		await().atMost(LIMIT).until(() -> this.scenario.server.sessions("pgevents " + this.scenario.name + "%") == 0);
	}

	private Subscription subscribe() {
		return this.scenario.bus().subscribe(this.scenario.filter, new EventHandler() {

			@Override
			public void onEvent(Event event) {
				SuspendTests.this.deliveries.add(event);
			}

			@Override
			public void onGap(Gap gap) {
				SuspendTests.this.deliveries.add(gap);
			}

		});
	}

	private Event event(String app) {
		return Event.of(this.scenario.type, app, null);
	}

	private Delivery next() throws InterruptedException {
		Delivery delivery = this.deliveries.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
		assertThat(delivery).isNotNull();
		return delivery;
	}

	private static void join(Subscription subscription) throws Exception {
		subscription.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
	}

}
