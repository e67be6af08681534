package dev.pgevents;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import dev.pgevents.internal.util.ManualTicker;
import dev.pgevents.memory.InMemoryEventBus;
import org.junit.jupiter.api.AfterEach;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Has what a loop needs: a bus, a clock that only the test moves, and what its task was
 * told.
 */
abstract class SyncLoopTest {

	static final int LIMIT = 20;

	static final Duration NEVER = Duration.ofDays(1);

	static final Duration SOON = Duration.ofSeconds(5);

	final InMemoryEventBus bus = InMemoryEventBus.create();

	final BlockingQueue<SyncTrigger> runs = new LinkedBlockingQueue<>();

	final ManualTicker ticker = new ManualTicker();

	@AfterEach
	void close() {
		this.bus.close();
	}

	SyncLoop.Builder loop() {
		return SyncLoop.builder(this.bus, SubscriptionFilter.types("epoch.*")).ticker(this.ticker);
	}

	SyncLoop.Builder loop(Subscriber subscriber) {
		return SyncLoop.builder(subscriber, SubscriptionFilter.all()).ticker(this.ticker);
	}

	SyncTrigger next() throws InterruptedException {
		SyncTrigger trigger = this.runs.poll(LIMIT, TimeUnit.SECONDS);
		assertThat(trigger).as("a run within %d s", LIMIT).isNotNull();
		return trigger;
	}

	/** Lets the test be the bus. */
	final class FakeSubscriber implements Subscriber {

		final AtomicReference<EventHandler> handler = new AtomicReference<>();

		volatile CompletableFuture<Void> ready = CompletableFuture.completedFuture(null);

		volatile boolean delivering;

		volatile boolean unreachable;

		FakeSubscriber(boolean delivering) {
			this.delivering = delivering;
		}

		@Override
		public Subscription subscribe(SubscriptionFilter filter, SubscriptionOptions options, EventHandler handler) {
			this.handler.set(handler);
			return new FakeSubscription(SyncLoopTest.this.bus.subscribe(filter, options, handler), this.ready);
		}

		@Override
		public EventStream open(SubscriptionFilter filter, SubscriptionOptions options) {
			throw new IllegalStateException("a loop opens no stream");
		}

		void reconnected() throws Exception {
			this.handler.get().onGap(new Gap(Gap.Reason.RECONNECTED, Instant.EPOCH, Instant.EPOCH, 0));
		}

		@Override
		public boolean isDelivering() {
			if (this.unreachable) {
				throw new IllegalStateException("deliberate");
			}
			return this.delivering;
		}

	}

	/** Becomes ready when the test says so. */
	record FakeSubscription(Subscription subscription, CompletableFuture<Void> ready) implements Subscription {

		@Override
		public String name() {
			return this.subscription.name();
		}

		@Override
		public SubscriptionFilter filter() {
			return this.subscription.filter();
		}

		@Override
		public SubscriptionStats stats() {
			return this.subscription.stats();
		}

		@Override
		public void close() {
			this.subscription.close();
		}

	}

}
