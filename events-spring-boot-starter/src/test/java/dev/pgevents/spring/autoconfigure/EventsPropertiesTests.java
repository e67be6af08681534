package dev.pgevents.spring.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;

import dev.pgevents.Event;
import dev.pgevents.EventStream;
import dev.pgevents.OverflowPolicy;
import dev.pgevents.Publisher;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.ChannelStrategy;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.spring.DomainEventListenerContainer;
import dev.pgevents.spring.EventBusCustomizer;
import dev.pgevents.spring.PublishMode;
import org.junit.jupiter.api.Test;

import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.annotation.Configuration;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of each property.
 */
class EventsPropertiesTests extends EventsAutoConfigurationTest {

	@Test
	void failsWithAChannelNameThatIsTooLong() {
		assertFailure(this.runner.withPropertyValues("events.channels.name=" + "c".repeat(64)), "64 bytes", "63",
				"Change events.channels");
	}

	@Test
	void handsEveryPropertyToTheBus() {
		AtomicReference<PostgresEventBus.Builder> builder = new AtomicReference<>();
		this.runner.withBean(EventBusCustomizer.class, () -> builder::set)
			.withPropertyValues("events.publisher.queue-capacity=11", "events.publisher.max-batch=12",
					"events.publisher.timeout=13s", "events.publisher.lock-timeout=14s",
					"events.listener.heartbeat=15s", "events.listener.shutdown-timeout=16s",
					"events.listener.slow-handler-threshold=17s", "events.listener.recovery.initial-delay=18ms",
					"events.listener.recovery.multiplier=1.9", "events.listener.recovery.max-delay=20s",
					"events.listener.inline-handlers=false")
			.run((context) -> assertThat(builder.get())
				.extracting("queueCapacity", "maxBatch", "publishTimeout", "lockTimeout", "heartbeat",
						"dispatcher.shutdownTimeout", "dispatcher.slowHandlerThreshold", "backoff.initialDelay",
						"backoff.multiplier", "backoff.maxDelay", "dispatcher.inlineHandlers")
				.containsExactly(11, 12, Duration.ofSeconds(13), Duration.ofSeconds(14), Duration.ofSeconds(15),
						Duration.ofSeconds(16), Duration.ofSeconds(17), Duration.ofMillis(18), 1.9,
						Duration.ofSeconds(20), false));
	}

	@Test
	void handsEveryPropertyToTheListenerContainer() {
		this.runner
			.withPropertyValues("events.listener.buffer-size=11", "events.listener.concurrency=12",
					"events.listener.overflow=latest-per-app", "events.listener.shutdown-timeout=13s")
			.run((context) -> assertThat(context.getBean(DomainEventListenerContainer.class))
				.extracting("reader.defaults.bufferSize", "reader.defaults.concurrency", "reader.defaults.overflow",
						"reader.shutdownTimeout", "shutdownTimeout")
				.containsExactly(11, 12, OverflowPolicy.LATEST_PER_APP, Duration.ofSeconds(13),
						Duration.ofSeconds(13)));
	}

	@Test
	void usesTheChannelsOfTheProperties() {
		assertListens(List.of("mine"), "events.channels.name=mine");
		assertListens(List.of("t.epoch.closed", "t.other"), "events.channels.strategy=per-type",
				"events.channels.name=t");
		assertListens(List.of("a.0", "a.1", "a.none"), "events.channels.strategy=per-app", "events.channels.name=a",
				"events.channels.partitions=2");
	}

	@Test
	void defaultsEqualTheCoresOwn() {
		new ApplicationContextRunner().withUserConfiguration(Properties.class).run((context) -> {
			EventsProperties properties = context.getBean(EventsProperties.class);
			EventsProperties.Publisher publisher = properties.publisher();
			assertThat(publisher.mode()).isEqualTo(PublishMode.TRANSACTIONAL);
			assertThat(publisher.queueCapacity()).isEqualTo(PostgresEventBus.Builder.DEFAULT_QUEUE_CAPACITY);
			assertThat(publisher.maxBatch()).isEqualTo(PostgresEventBus.Builder.DEFAULT_MAX_BATCH);
			assertThat(publisher.timeout()).isEqualTo(PostgresEventBus.Builder.DEFAULT_PUBLISH_TIMEOUT);
			assertThat(publisher.lockTimeout()).isEqualTo(PostgresEventBus.Builder.DEFAULT_LOCK_TIMEOUT);
			EventsProperties.Listener listener = properties.listener();
			SubscriptionOptions options = SubscriptionOptions.defaults();
			assertThat(listener.bufferSize()).isEqualTo(options.bufferSize());
			assertThat(listener.overflow()).isEqualTo(options.overflow());
			assertThat(listener.concurrency()).isEqualTo(options.concurrency());
			assertThat(listener.heartbeat()).isEqualTo(PostgresEventBus.Builder.DEFAULT_HEARTBEAT);
			assertThat(listener.shutdownTimeout()).isEqualTo(PostgresEventBus.Builder.DEFAULT_SHUTDOWN_TIMEOUT);
			assertThat(listener.slowHandlerThreshold())
				.isEqualTo(PostgresEventBus.Builder.DEFAULT_SLOW_HANDLER_THRESHOLD);
			assertThat(listener.inlineHandlers()).isTrue();
			assertThat(listener.recovery().initialDelay()).isEqualTo(PostgresEventBus.Builder.DEFAULT_INITIAL_DELAY);
			assertThat(listener.recovery().multiplier()).isEqualTo(PostgresEventBus.Builder.DEFAULT_MULTIPLIER);
			assertThat(listener.recovery().maxDelay()).isEqualTo(PostgresEventBus.Builder.DEFAULT_MAX_DELAY);
			assertThat(properties.channels().name()).isEqualTo(ChannelStrategy.DEFAULT_CHANNEL);
			assertThat(properties.applicationEvents().transactional()).isFalse();
			assertThat(properties.security().signingKey()).as("every event is accepted").isNull();
			assertThat(properties.security().verificationKeys()).isEmpty();
		});
	}

	@Test
	void showsNoPassword() {
		new ApplicationContextRunner().withUserConfiguration(Properties.class)
			.withPropertyValues("events.postgres.url=jdbc:postgresql://h/d?password=hidden",
					"events.postgres.password=hidden")
			.run((context) -> assertThat(context.getBean(EventsProperties.class).toString()).doesNotContain("hidden"));
	}

	private void assertListens(List<String> channels, String... properties) {
		this.runner.withPropertyValues(properties).run((context) -> {
			try (EventStream stream = open(context)) {
				for (String channel : channels) {
					database.execute(
							"SELECT pg_notify('" + channel + "', '{\"type\":\"a\",\"app_id\":\"" + channel + "\"}')");
					assertThat(((Event) stream.poll(LIMIT)).appId()).isEqualTo(channel);
				}
			}
		});
	}

	@Configuration(proxyBeanMethods = false)
	@EnableConfigurationProperties(EventsProperties.class)
	static class Properties {

	}

}
