package dev.pgevents.spring.internal.actuate;

import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.memory.InMemoryEventBus;
import dev.pgevents.postgres.test.OwnThread;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class SubscriptionMetersTests {

	private static final int LIMIT = 20;

	private final SubscriptionMeters meters = new SubscriptionMeters();

	private final InMemoryEventBus bus = InMemoryEventBus.builder().subscriptionListener(this.meters).build();

	private final MeterRegistry registry = new SimpleMeterRegistry();

	private final Queue<Throwable> heldUp = new ConcurrentLinkedQueue<>();

	@AfterEach
	void close() {
		this.bus.close();
	}

	/** A registry may wait for another thread, which uses the same meters. */
	@Test
	void holdNobodyUpWhileARegistryIsCalled() {
		Runnable use = () -> this.meters.bindTo(new SimpleMeterRegistry());
		this.registry.config().onMeterAdded((meter) -> elsewhere(use));
		this.registry.config().onMeterRemoved((meter) -> elsewhere(use));
		this.meters.bindTo(this.registry);
		subscribe("one").close();
		assertThat(this.registry.getMeters()).isEmpty();
		assertThat(this.heldUp).isEmpty();
	}

	@Test
	void areRegisteredWhileOneOfAnotherSubscriptionIs() {
		this.registry.config().onMeterAdded((meter) -> {
			if (this.bus.subscriptions().isEmpty()) {
				elsewhere(() -> subscribe("two"));
			}
		});
		this.meters.bindTo(this.registry);
		subscribe("one");
		assertThat(this.registry.get("events.subscription.received").tag("subscription", "one").functionCounter())
			.isNotNull();
		assertThat(this.registry.get("events.subscription.received").tag("subscription", "two").functionCounter())
			.isNotNull();
		assertThat(this.heldUp).isEmpty();
	}

	/** What fails here, the registry keeps for itself. Once is enough. */
	private void elsewhere(Runnable action) {
		if (!this.heldUp.isEmpty()) {
			return;
		}
		CompletableFuture.runAsync(action, OwnThread.EACH)
			.orTimeout(LIMIT, TimeUnit.SECONDS)
			.exceptionally((failure) -> {
				this.heldUp.add(failure);
				return null;
			})
			.join();
	}

	private Subscription subscribe(String name) {
		return this.bus.subscribe(SubscriptionFilter.all(), SubscriptionOptions.builder().name(name).build(),
				(event) -> {
				});
	}

}
