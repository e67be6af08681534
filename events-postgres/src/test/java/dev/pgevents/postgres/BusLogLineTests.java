package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;

import ch.qos.logback.classic.spi.ILoggingEvent;
import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.EventType;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.test.CapturedLog;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * In a process with several buses each line of a bus's life, at DEBUG and above, says
 * whose it is.
 */
class BusLogLineTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final TestPostgres database = TestPostgres.shared();

	private static final EventType TYPE = EventType.of("line.written");

	private final String name = "lines" + UUID.randomUUID();

	@RegisterExtension
	private final CapturedLog log = new CapturedLog("dev.pgevents");

	@Test
	void linesOfALifeBeginWithTheNameOfTheBus() throws Exception {
		TestPostgres own = database.createDatabase();
		CountDownLatch slow = new CountDownLatch(1);
		AtomicBoolean recovered = new AtomicBoolean();
		try (PostgresEventBus bus = PostgresEventBus.builder()
			.name(this.name)
			.listener(ConnectionSource.url(own.url(), own.user(), own.password()))
			.backoff(Duration.ofMillis(1), 1, Duration.ofMillis(1))
			.slowHandlerThreshold(Duration.ofMillis(4))
			.shutdownTimeout(Duration.ofMillis(1))
			.log(EventLogSettings.defaults())
			.build()) {
			subscribe(bus, "fails", (event) -> {
				throw new IllegalStateException("deliberate");
			});
			subscribe(bus, "slow", (event) -> slow.await());
			Subscription group = bus.subscribe(SubscriptionFilter.types(TYPE),
					SubscriptionOptions.builder().name("in a group").group("lines").build(),
					(event) -> recovered.set(true));
			assertThat(group.ready()).succeedsWithin(LIMIT);
			bus.publish(Event.of(TYPE, "1", 1));
			bus.publish(Event.of(TYPE, "1", 2));
			notifies(own, "events", "no event");
			await().atMost(LIMIT).until(recovered::get);
			await().atMost(LIMIT)
				.until(() -> said("cannot be read") && said("has been running") && said("failures by now"));
			assertThat(own.terminate("pgevents " + this.name + " listener")).isPositive();
			assertThat(own.terminate("pgevents " + this.name + " log")).isPositive();
			await().atMost(LIMIT).until(() -> said("lost or refused") && bus.isDelivering());
		}
		assertAllNamed("made the tables of the event log", "publishing Event", "listening, delivery proven",
				"received, for subscriptions", "failures by now", "lost or refused", "still running", "closed");
	}

	@Test
	void linesOfABusThatGetsNoConnectionBeginWithItsName() {
		CompletableFuture<Void> closed = new CompletableFuture<>();
		PostgresEventBus bus = PostgresEventBus.builder().name(this.name).listener((settings) -> {
			if (Thread.currentThread().getName().startsWith(this.name + "-publisher")) {
				// Else it may fail what waits before the one that closes finds it.
				closed.join();
			}
			throw new SQLException("deliberate");
		})
			.backoff(Duration.ofMillis(1), 1, Duration.ofMillis(1))
			.maxBatch(1)
			.shutdownTimeout(Duration.ofMillis(1))
			.log(EventLogSettings.defaults())
			.build();
		bus.subscribe(SubscriptionFilter.types(TYPE), SubscriptionOptions.builder().group("lines").build(), (event) -> {
		});
		bus.publishAsync(Event.of(TYPE, "1", 1));
		bus.publishAsync(Event.of(TYPE, "1", 2));
		await().atMost(LIMIT).until(() -> said("attempt to connect failed"));
		bus.close();
		closed.complete(null);
		assertAllNamed("lost or refused", "could not be sent before", "closed");
	}

	private void subscribe(PostgresEventBus bus, String subscription, EventHandler handler) {
		assertThat(bus
			.subscribe(SubscriptionFilter.types(TYPE), SubscriptionOptions.builder().name(subscription).build(),
					handler)
			.ready()).succeedsWithin(LIMIT);
	}

	private static void notifies(TestPostgres server, String channel, String text) throws SQLException {
		try (Connection connection = server.connect(); Statement statement = connection.createStatement()) {
			statement.execute("SELECT pg_notify('" + channel + "', '" + text + "')");
		}
	}

	private boolean said(String text) {
		return this.log.messages().stream().anyMatch((line) -> line.contains(text));
	}

	/** But for lines of other buses' threads, which other tests have left behind. */
	private void assertAllNamed(String... expected) {
		String test = Thread.currentThread().getName();
		List<String> lines = this.log.lines()
			.stream()
			.filter((line) -> line.getThreadName().equals(test) || line.getThreadName().startsWith(this.name))
			.map(ILoggingEvent::getFormattedMessage)
			.toList();
		for (String text : expected) {
			assertThat(lines).anyMatch((line) -> line.contains(text));
		}
		assertThat(lines).allSatisfy((line) -> assertThat(line).startsWith(this.name + ": "));
	}

}
