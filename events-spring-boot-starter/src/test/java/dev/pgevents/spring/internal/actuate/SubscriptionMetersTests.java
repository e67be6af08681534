package dev.pgevents.spring.internal.actuate;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.memory.InMemoryEventBus;
import io.micrometer.core.instrument.Meter;
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

	@AfterEach
	void close() {
		this.bus.close();
	}

	/** A registry has a lock of its own, which who reads a meter may hold. */
	@Test
	void holdNobodyUpWhileARegistryIsCalled() {
		this.registry.config().onMeterAdded((meter) -> elsewhere(() -> value(meter)));
		this.registry.config().onMeterRemoved((meter) -> elsewhere(() -> value(meter)));
		this.meters.bindTo(this.registry);
		subscribe("one").close();
		assertThat(this.registry.getMeters()).isEmpty();
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
	}

	private static double value(Meter meter) {
		return meter.measure().iterator().next().getValue();
	}

	private static void elsewhere(Runnable action) {
		CompletableFuture.runAsync(action).orTimeout(LIMIT, TimeUnit.SECONDS).join();
	}

	private Subscription subscribe(String name) {
		return this.bus.subscribe(SubscriptionFilter.all(), SubscriptionOptions.builder().name(name).build(),
				(event) -> {
				});
	}

}
