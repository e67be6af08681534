package dev.pgevents.spring.autoconfigure;

import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventType;
import dev.pgevents.OverflowPolicy;
import dev.pgevents.Publisher;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.spring.internal.actuate.BusMeters;
import dev.pgevents.spring.internal.actuate.EventsEndpoint;
import dev.pgevents.spring.internal.actuate.HandlerTimers;
import dev.pgevents.spring.internal.actuate.SubscriptionMeters;
import dev.pgevents.spring.internal.actuate.SyncMeters;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.context.ApplicationContext;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class EventsMetricsAutoConfigurationTests extends ActuatorTest {

	@Test
	void measuresSubscriptionsOfAnInMemoryBus() {
		this.runner.withPropertyValues("events.backend=in-memory").run((context) -> {
			MeterRegistry registry = new SimpleMeterRegistry();
			context.getBean(SubscriptionMeters.class).bindTo(registry);
			subscribe(context, "claims", new CountDownLatch(0));
			context.getBean(Publisher.class).publish(Event.of(EventType.of("epoch.closed"), null, null));
			await().atMost(LIMIT)
				.until(() -> registry.get("events.subscription.handled")
					.tag("subscription", "claims")
					.functionCounter()
					.count() == 1);
		});
	}

	@Test
	void measuresTheBus() {
		this.runner.run((context) -> {
			MeterRegistry registry = metersOf(context);
			await().atMost(LIMIT).until(() -> registry.get("events.connection.delivering").gauge().value() == 1);
			assertThat(registry.get("events.publisher.queued").gauge().value()).isZero();
			subscribe(context, "claims", new CountDownLatch(0));
			database.execute("SELECT pg_notify('events', 'not ours')");
			await().atMost(LIMIT)
				.until(() -> registry.get("events.notifications.unreadable").functionCounter().count() == 1);
		});
	}

	@Test
	void measuresEachSubscriptionAsLongAsItIsOpen() {
		this.runner.withPropertyValues("events.listener.slow-handler-threshold=1ms").run((context) -> {
			MeterRegistry early = new SimpleMeterRegistry();
			MeterRegistry late = new SimpleMeterRegistry();
			SubscriptionMeters meters = context.getBean(SubscriptionMeters.class);
			meters.bindTo(early);
			CountDownLatch proceed = new CountDownLatch(1);
			Subscription one = subscribe(context, "claims", proceed);
			Subscription other = subscribe(context, "claims", proceed);
			meters.bindTo(late);
			context.getBean(Publisher.class).publish(Event.of(EventType.of("epoch.closed"), null, null));
			context.getBean(Publisher.class).publish(Event.of(EventType.of("epoch.closed"), null, null));
			await().atMost(LIMIT).until(() -> counted(early, "received") == 4);
			assertThat(early.get("events.subscription.queued").tag("subscription", "claims").gauge().value())
				.isPositive();
			await().atMost(LIMIT).until(() -> counted(early, "slow") == 2);
			proceed.countDown();
			await().atMost(LIMIT).until(() -> counted(late, "handled") == 4);
			one.close();
			assertThat(counted(early, "handled")).isEqualTo(4);
			other.close();
			assertThat(early.getMeters()).isEmpty();
			assertThat(late.getMeters()).isEmpty();
			subscribe(context, "claims", proceed);
			assertThat(counted(early, "handled")).isEqualTo(4);
			context.getBean(Publisher.class).publish(Event.of(EventType.of("epoch.closed"), null, null));
			await().atMost(LIMIT).until(() -> counted(late, "handled") == 5);
		});
	}

	@Test
	void countsTheEventThatIsInHandWhenItsSubscriptionIsClosed() {
		this.runner.run((context) -> {
			MeterRegistry registry = new SimpleMeterRegistry();
			context.getBean(SubscriptionMeters.class).bindTo(registry);
			CountDownLatch proceed = new CountDownLatch(1);
			Subscription busy = subscribe(context, "claims", proceed);
			context.getBean(Publisher.class).publish(Event.of(EventType.of("epoch.closed"), null, null));
			await().atMost(LIMIT).until(() -> !busy.running().isEmpty());
			Thread closing = new Thread(busy::close);
			closing.start();
			await().atMost(LIMIT).until(() -> context.getBean(EventBus.class).subscriptions().isEmpty());
			Subscription next = subscribe(context, "claims", new CountDownLatch(0));
			proceed.countDown();
			closing.join(LIMIT.toMillis());
			await().atMost(LIMIT).until(() -> counted(registry, "handled") == 1);
			assertThat(next.stats().handled()).isZero();
		});
	}

	@Test
	void timesEventsAndHandlersByType() {
		this.runner.withConfiguration(AutoConfigurations.of(EventListenerAutoConfiguration.class))
			.withBean("worker", Worker.class)
			.run((context) -> {
				MeterRegistry registry = new SimpleMeterRegistry();
				context.getBean(HandlerTimers.class).bindTo(registry);
				Instant now = Instant.now();
				for (Instant at : List.of(now.minusSeconds(60), now.plusSeconds(3600))) {
					context.getBean(Publisher.class)
						.publish(Event.builder(EventType.of("epoch.closed")).timestamp(at).build());
				}
				await().atMost(LIMIT).untilAsserted(() -> {
					Timer latency = registry.get("events.delivery.latency")
						.tags("subscription", "worker.on", "type", "epoch.closed")
						.timer();
					assertThat(latency.count()).isEqualTo(2);
					assertThat(latency.totalTime(TimeUnit.SECONDS)).isBetween(59.0, 3000.0);
					assertThat(registry.get("events.handler.duration").tag("type", "epoch.closed").timer().count())
						.isEqualTo(2);
				});
				assertThat(registry.get("events.clock.ahead").timeGauge().value(TimeUnit.SECONDS)).isBetween(3000.0,
						3601.0);
			});
	}

	@Test
	void measuresTheRunsOfSynchronizingMethods() {
		this.runner.withConfiguration(AutoConfigurations.of(EventListenerAutoConfiguration.class))
			.withBean(SimpleMeterRegistry.class)
			.withBean(SyncMetersBinding.class)
			.withBean("ledger", Ledger.class)
			.run((context) -> {
				MeterRegistry registry = context.getBean(MeterRegistry.class);
				await().atMost(LIMIT)
					.until(() -> registry.get("events.sync.failing")
						.tag("sync", "ledger.catchUp")
						.gauge()
						.value() >= 2);
				context.getBean(Ledger.class).works = true;
				await().atMost(LIMIT)
					.until(() -> registry.get("events.sync.failing")
						.tag("sync", "ledger.catchUp")
						.gauge()
						.value() == 0);
				assertThat(registry.get("events.sync.run").tag("outcome", "failure").timer().count())
					.isGreaterThanOrEqualTo(2);
				await().atMost(LIMIT)
					.untilAsserted(
							() -> assertThat(registry.get("events.sync.run").tag("outcome", "success").timer().count())
								.isPositive());
				assertThat(registry.getMeters())
					.allSatisfy((meter) -> assertThat(meter.getId().getDescription()).isNotBlank());
			});
	}

	@Test
	void measuresAndShowsWhatBecameOfEachEvent() {
		this.runner.run((context) -> {
			MeterRegistry registry = new SimpleMeterRegistry();
			context.getBean(SubscriptionMeters.class).bindTo(registry);
			CountDownLatch begun = new CountDownLatch(1);
			CountDownLatch proceed = new CountDownLatch(1);
			Subscription subscription = context.getBean(EventBus.class)
				.subscribe(SubscriptionFilter.types("epoch.*"),
						SubscriptionOptions.builder().name("claims").bufferSize(5).build(), (event) -> {
							begun.countDown();
							assertThat(proceed.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
							assertThat(event.appId()).isNotEqualTo("bad");
						});
			assertThat(subscription.ready()).succeedsWithin(LIMIT);
			publish(context, "good");
			assertThat(begun.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
			for (String app : List.of("lost", "lost", "lost", "good", "good", "good", "bad", "bad")) {
				publish(context, app);
			}
			await().atMost(LIMIT).until(() -> counted(registry, "received") == 9);
			assertThat(registry.get("events.subscription.queued").gauge().value()).isEqualTo(5);
			proceed.countDown();
			await().atMost(LIMIT).until(() -> counted(registry, "handled") + counted(registry, "failed") == 6);
			assertThat(counted(registry, "handled")).isEqualTo(4);
			assertThat(counted(registry, "dropped")).isEqualTo(3);
			assertThat(counted(registry, "failed")).isEqualTo(2);
			assertThat(counted(registry, "gaps")).isEqualTo(1);
			assertThat(context.getBean(EventsEndpoint.class).events().subscriptions()).singleElement()
				.satisfies((shown) -> assertThat(shown.stats()).isEqualTo(subscription.stats()));
		});
	}

	@Test
	void measuresWhatNewerEventsReplaced() {
		this.runner.run((context) -> {
			MeterRegistry registry = new SimpleMeterRegistry();
			context.getBean(SubscriptionMeters.class).bindTo(registry);
			CountDownLatch begun = new CountDownLatch(1);
			CountDownLatch proceed = new CountDownLatch(1);
			Subscription subscription = context.getBean(EventBus.class)
				.subscribe(SubscriptionFilter.types("epoch.*"),
						SubscriptionOptions.builder().name("claims").overflow(OverflowPolicy.LATEST_PER_APP).build(),
						(event) -> {
							begun.countDown();
							assertThat(proceed.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
						});
			assertThat(subscription.ready()).succeedsWithin(LIMIT);
			publish(context, "7");
			assertThat(begun.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
			for (int i = 0; i < 4; i++) {
				publish(context, "7");
			}
			await().atMost(LIMIT).until(() -> counted(registry, "received") == 5);
			assertThat(counted(registry, "coalesced")).isEqualTo(3);
			proceed.countDown();
		});
	}

	@Test
	void measuresAndShowsWhatWaitsToBeSentAndWhatCouldNotBe() {
		this.runner
			.withPropertyValues("events.postgres.url=jdbc:postgresql://localhost:1/none", "events.publisher.timeout=1h",
					"events.listener.shutdown-timeout=1s")
			.run((context) -> {
				MeterRegistry registry = metersOf(context);
				await().atMost(LIMIT).until(() -> {
					publishAsync(context, 1); // those being tried do not wait any more
					return registry.get("events.publisher.queued").gauge().value() > 0
							&& context.getBean(EventsEndpoint.class).events().publisher().queued() > 0;
				});
			});
		this.runner
			.withPropertyValues("events.postgres.url=jdbc:postgresql://localhost:1/none",
					"events.publisher.timeout=1ms")
			.run((context) -> {
				MeterRegistry registry = metersOf(context);
				publishAsync(context, 3);
				await().atMost(LIMIT)
					.until(() -> registry.get("events.publisher.failed").functionCounter().count() == 3);
				assertThat(context.getBean(EventsEndpoint.class).events().publisher().failed()).isEqualTo(3);
			});
	}

	private static void publish(ApplicationContext context, String app) {
		context.getBean(Publisher.class).publish(Event.of(EventType.of("epoch.closed"), app, null));
	}

	private static void publishAsync(ApplicationContext context, int events) {
		for (int i = 0; i < events; i++) {
			context.getBean(Publisher.class).publishAsync(Event.of(EventType.of("epoch.closed"), null, null));
		}
	}

	private static MeterRegistry metersOf(ApplicationContext context) {
		MeterRegistry registry = new SimpleMeterRegistry();
		context.getBean(BusMeters.class).bindTo(registry);
		return registry;
	}

	private static double counted(MeterRegistry registry, String what) {
		return registry.get("events.subscription." + what).tag("subscription", "claims").functionCounter().count();
	}

	/** As Boot binds meters, before anything is started. */
	static class SyncMetersBinding {

		SyncMetersBinding(SyncMeters meters, MeterRegistry registry) {
			meters.bindTo(registry);
		}

	}

}
