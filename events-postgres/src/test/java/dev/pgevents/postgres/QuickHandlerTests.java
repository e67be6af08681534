package dev.pgevents.postgres;

import java.time.Duration;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A handler that was quick a few thousand times, so that the thread which reads runs it,
 * and then does something else: nobody else's events wait for it.
 */
@Timeout(60)
class QuickHandlerTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	/** More than make a handler count as quick, should the machine be slow at times. */
	private static final int MANY = 4000;

	private final EventType type = EventType.of("quick" + UUID.randomUUID().toString().replace("-", "") + ".x");

	private final EventType other = EventType.of(this.type.value() + ".other");

	private final PostgresEventBus bus = bus().build();

	private final Semaphore handled = new Semaphore(0);

	private final AtomicReference<EventHandler> next = new AtomicReference<>();

	@BeforeEach
	void makeTheHandlerQuick() throws InterruptedException {
		Subscription subscription = this.bus.subscribe(SubscriptionFilter.types(this.type), (event) -> {
			EventHandler handler = this.next.getAndSet(null);
			if (handler != null) {
				handler.onEvent(event);
			}
			this.handled.release();
		});
		subscription.ready().join();
		for (int i = 0; i < MANY; i++) {
			publishAndAwait();
		}
	}

	@AfterEach
	void close() {
		this.bus.close();
	}

	@Test
	void blocksAndOthersGetTheirEvents() throws InterruptedException {
		CountDownLatch end = new CountDownLatch(1);
		this.next.set((event) -> end.await());
		try (EventStream stream = this.bus.open(SubscriptionFilter.types(this.other))) {
			stream.ready().join();
			this.bus.publish(Event.of(this.type, null, "blocks"));
			Event published = Event.of(this.other, null, "goes on");
			this.bus.publish(published);
			assertThat(stream.poll(LIMIT)).isEqualTo(published);
			end.countDown();
			acquire();
			publishAndAwait();
		}
		finally {
			end.countDown();
		}
	}

	/** For which the connection is needed that its thread was reading. */
	@Test
	void waitsForASubscriptionOfItsOwn() throws InterruptedException {
		this.next.set((event) -> {
			try (EventStream stream = this.bus.open(SubscriptionFilter.types(this.other))) {
				stream.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
				Event published = Event.of(this.other, null, "asked");
				this.bus.publish(published);
				assertThat(stream.poll(LIMIT)).isEqualTo(published);
			}
			this.handled.release();
		});
		this.bus.publish(Event.of(this.type, null, "asks"));
		acquire();
		acquire();
	}

	@Test
	void isRunByOtherThreadsWhereTheUserRulesItOut() throws InterruptedException {
		while (this.bus.status().handlers().inline() == 0) { // the machine may be slow at
																// times
			publishAndAwait();
		}
		try (PostgresEventBus other = bus().inlineHandlers(false).build()) {
			Semaphore seen = new Semaphore(0);
			other.subscribe(SubscriptionFilter.types(this.type), (event) -> seen.release()).ready().join();
			publishAndAwait();
			seen.acquire();
			BusStatus.Handlers handlers = other.status().handlers();
			assertThat(handlers.handedOff()).isPositive();
			assertThat(handlers.inline() + handlers.promoted()).isZero();
		}
	}

	@Test
	void closesTheBus() throws InterruptedException {
		this.next.set((event) -> this.bus.close());
		this.bus.publish(Event.of(this.type, null, "closes"));
		acquire();
		assertThat(this.bus.status().connection().state()).isEqualTo(ConnectionState.CLOSED);
	}

	private static PostgresEventBus.Builder bus() {
		return PostgresEventBus.builder()
			.listener(ConnectionSource.url(TestPostgres.shared().url(), TestPostgres.shared().user(),
					TestPostgres.shared().password()));
	}

	private void publishAndAwait() throws InterruptedException {
		this.bus.publish(Event.of(this.type, null, 1));
		acquire();
	}

	private void acquire() throws InterruptedException {
		assertThat(this.handled.tryAcquire(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
	}

}
