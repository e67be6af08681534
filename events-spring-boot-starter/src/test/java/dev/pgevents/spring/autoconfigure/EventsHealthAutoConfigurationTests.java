package dev.pgevents.spring.autoconfigure;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;

import dev.pgevents.EventBus;
import dev.pgevents.postgres.ChannelStrategy;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.spring.internal.actuate.EventsHealthIndicator;
import org.junit.jupiter.api.Test;

import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

class EventsHealthAutoConfigurationTests extends ActuatorTest {

	@Test
	void isUpWhileEventsArrive() {
		this.runner.run((context) -> {
			await().atMost(LIMIT).until(context.getBean(EventBus.class)::isDelivering);
			Health health = context.getBean(EventsHealthIndicator.class).health();
			assertThat(health.getStatus()).isEqualTo(Status.UP);
			assertThat(health.getDetails()).containsEntry("connection", ConnectionState.LISTENING)
				.containsOnlyKeys("connection", "diagnosis")
				.extractingByKey("diagnosis")
				.asString()
				.startsWith("Events published here arrive here: proven at ");
		});
	}

	@Test
	void isDownOnlyAfterTheGracePeriod() {
		try (PostgresEventBus bus = unreachable()) {
			await().atMost(LIMIT).until(() -> bus.status().connection().problem() != null);
			Instant since = bus.status().connection().notDeliveringSince();
			Health before = health(bus, since.plusSeconds(60));
			assertThat(before.getStatus()).isEqualTo(Status.UP);
			Health after = health(bus, since.plusSeconds(61));
			assertThat(after.getStatus()).isEqualTo(Status.DOWN);
			assertThat(after.getDetails()).containsEntry("notDeliveringSince", since)
				.extractingByKey("problem")
				.asString()
				.contains("localhost:1")
				.doesNotContain("hidden");
		}
	}

	@Test
	void isUpWhereListeningIsSwitchedOff() {
		this.runner.withPropertyValues("events.listener.enabled=false", "management.health.events.grace-period=0s")
			.run((context) -> {
				Health health = context.getBean(EventsHealthIndicator.class).health();
				assertThat(health.getStatus()).isEqualTo(Status.UP);
				assertThat(health.getDetails()).containsEntry("listening", false);
			});
	}

	@Test
	void obeysTheGracePeriodOfTheProperties() {
		this.runner
			.withPropertyValues("events.postgres.url=jdbc:postgresql://localhost:1/none",
					"management.health.events.grace-period=0s")
			.run((context) -> await().atMost(LIMIT)
				.until(() -> context.getBean(EventsHealthIndicator.class).health().getStatus().equals(Status.DOWN)));
		this.runner.withPropertyValues("events.postgres.url=jdbc:postgresql://localhost:1/none").run((context) -> {
			PostgresEventBus bus = context.getBean(PostgresEventBus.class);
			await().atMost(LIMIT).until(() -> bus.status().connection().problem() != null);
			assertThat(context.getBean(EventsHealthIndicator.class).health().getStatus()).isEqualTo(Status.UP);
		});
	}

	@Test
	void hasNoHealthIndicatorWhereSwitchedOff() {
		this.runner.withPropertyValues("management.health.events.enabled=false")
			.run((context) -> assertThat(context).doesNotHaveBean(EventsHealthIndicator.class));
	}

	@Test
	void healthSaysWhichServicesHaveAnotherListOfChannels() {
		this.runner
			.withPropertyValues("events.channels.strategy=per-type", "events.channels.types=order.*",
					"events.channels.name=listed")
			.run((context) -> {
				try (PostgresEventBus other = PostgresEventBus.builder()
					.dataSource(database.dataSource())
					.application("shipping")
					.channels(ChannelStrategy.perTypeOrGroup("listed", List.of("order.placed")))
					.build()) {
					await().atMost(LIMIT).until(other::isDelivering);
					await().atMost(LIMIT)
						.untilAsserted(
								() -> assertThat(context.getBean(EventsHealthIndicator.class).health().getDetails())
									.extractingByKey("channelDifferences")
									.asString()
									.contains("shipping has another list"));
				}
			});
	}

	private static PostgresEventBus unreachable() {
		return PostgresEventBus.builder()
			.listener(ConnectionSource.url("jdbc:postgresql://localhost:1/none", "nobody", "hidden"))
			.build();
	}

	private static Health health(EventBus bus, Instant now) {
		return new EventsHealthIndicator(bus, Duration.ofSeconds(60), Clock.fixed(now, ZoneOffset.UTC)).health();
	}

}
