package dev.pgevents.postgres;

import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Which channels the connection listens to, and that changing them disturbs nothing.
 */
class ChannelsTests {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final Duration NEVER = Duration.ofHours(1);

	private static final TestPostgres database = TestPostgres.shared();

	private final String name = "bus" + UUID.randomUUID();

	private final String group = "t" + UUID.randomUUID().toString().substring(0, 8);

	@Test
	void listensToWhatIsNeededAndNoLongerThanThat() throws Exception {
		try (PostgresEventBus bus = perType(0, 1, 2).build()) {
			await().atMost(LIMIT).until(bus::isDelivering);
			EventStream first = open(bus, type(0));
			EventStream second = open(bus, type(0));
			open(bus, type(1));
			assertThat(bus.status().channels()).containsExactlyInAnyOrder(channel(0), channel(1));
			assertThat(lastStatement()).contains("LISTEN \"" + channel(1) + "\"").doesNotContain(channel(0));
			first.close();
			assertThat(bus.status().channels()).contains(channel(0));
			second.close();
			await().atMost(LIMIT).until(() -> lastStatement().contains("UNLISTEN \"" + channel(0) + "\""));
			assertThat(bus.status().channels()).containsExactly(channel(1));
		}
	}

	@Test
	void newChannelIsListenedToAtOnceHoweverQuietTheConnectionIs() throws Exception {
		try (PostgresEventBus bus = perType(0, 1).heartbeat(NEVER).build()) {
			await().atMost(LIMIT).until(bus::isDelivering);
			open(bus, type(0));
			Event event = Event.of(type(1), null, null);
			EventStream stream = open(bus, type(1));
			bus.publish(event);
			assertThat(stream.poll(LIMIT)).isEqualTo(event);
		}
	}

	@Test
	void changingTheChannelsLosesAndStallsNothing() throws Exception {
		AtomicBoolean stop = new AtomicBoolean();
		try (PostgresEventBus bus = perType(0, 1, 2, 3, 4, 5, 6, 7).heartbeat(NEVER).build();
				PostgresEventBus other = perType(0, 1, 2, 3, 4, 5, 6, 7).build()) {
			// However far the publisher is ahead, nothing overflows.
			EventStream steady = bus.open(SubscriptionFilter.types(type(0)),
					SubscriptionOptions.builder().bufferSize(1_000_000).build());
			steady.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			Thread publisher = new Thread(() -> {
				for (int i = 0; !stop.get(); i++) {
					other.publish(Event.of(type(0), null, i));
				}
			});
			publisher.start();
			int next = 0;
			for (int i = 0; i < 70; i++) {
				try (Subscription subscription = bus.subscribe(SubscriptionFilter.types(type(1 + i % 7)), (event) -> {
				})) {
					subscription.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
					assertThat(number(steady)).isEqualTo(next++);
				}
				assertThat(number(steady)).isEqualTo(next++);
			}
			stop.set(true);
			publisher.join(LIMIT.toMillis());
		}
		finally {
			stop.set(true);
		}
	}

	@Test
	void whatArrivesAfterTheLastSubscriptionOfAChannelIsDroppedWithoutATrace() throws Exception {
		CountDownLatch reading = new CountDownLatch(1);
		CountDownLatch goOn = new CountDownLatch(1);
		AtomicBoolean armed = new AtomicBoolean();
		try (PostgresEventBus bus = perType(0, 1).connectionListener((previous, current) -> {
			if (armed.get() && current == ConnectionState.LISTENING) {
				// Holds the thread that reads, so that what follows waits in its socket.
				reading.countDown();
				awaitLatch(goOn);
			}
		}).build()) {
			EventStream staying = open(bus, type(0));
			EventStream leaving = open(bus, type(1));
			await().atMost(LIMIT).until(bus::isDelivering);
			armed.set(true);
			database.terminate("pgevents " + this.name + " listener");
			awaitLatch(reading);
			send(channel(1), "garbage");
			send(channel(1), "{\"type\":\"" + type(1) + "\"}");
			leaving.close();
			goOn.countDown();
			send(channel(0), "{\"type\":\"" + type(0) + "\"}");
			assertThat(staying.poll(LIMIT)).isInstanceOf(Gap.class);
			assertThat(staying.poll(LIMIT)).isInstanceOf(Event.class);
			assertThat(bus.status().notifications().unreadable()).isZero();
			assertThat(leaving.stats().received()).isZero();
		}
	}

	@Test
	void unreadableNotificationIsAGapForTheSubscriptionsOfItsChannelAlone() throws Exception {
		try (PostgresEventBus bus = perType(0, 1).build()) {
			EventStream there = open(bus, type(0));
			EventStream elsewhere = open(bus, type(1));
			send(channel(0), "garbage");
			Event event = Event.of(type(1), null, null);
			bus.publish(event);
			assertThat(there.poll(LIMIT)).isInstanceOfSatisfying(Gap.class, (gap) -> {
				assertThat(gap.reason()).isEqualTo(Gap.Reason.UNREADABLE);
				assertThat(gap.dropped()).isEqualTo(1);
			});
			assertThat(elsewhere.poll(LIMIT)).isEqualTo(event);
		}
	}

	@Test
	void orderHoldsAcrossChannels() throws Exception {
		try (PostgresEventBus bus = perType(0, 1, 2).build()) {
			EventStream stream = bus.open(SubscriptionFilter.types(this.group + ".*"));
			stream.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			for (int i = 0; i < 300; i++) {
				bus.publishAsync(Event.of(type(i % 5), null, i));
			}
			for (int i = 0; i < 300; i++) {
				assertThat(number(stream)).isEqualTo(i);
			}
		}
	}

	@Test
	void namesAreQuotedWhateverTheyAre() throws Exception {
		String odd = "We\"ird; DROP TABLE x -- ü " + UUID.randomUUID().toString().substring(0, 8);
		try (PostgresEventBus bus = bus().channels(ChannelStrategy.single(odd)).build()) {
			EventStream stream = open(bus, type(0));
			Event event = Event.of(type(0), null, null);
			bus.publish(event);
			assertThat(stream.poll(LIMIT)).isEqualTo(event);
		}
	}

	@Test
	void strategyOfTheUsersThatNamesTooLongAChannelOrNoneIsRefusedAtTheCall() {
		for (Set<String> channels : List.of(Set.<String>of(), Set.of("x".repeat(64)))) {
			ChannelStrategy broken = new ChannelStrategy() {

				@Override
				public String channelOf(Event event) {
					return "x".repeat(64);
				}

				@Override
				public Set<String> channelsOf(SubscriptionFilter filter) {
					return channels;
				}

			};
			try (EventBus bus = bus().channels(broken).build()) {
				assertThatIllegalArgumentException().isThrownBy(() -> bus.open(SubscriptionFilter.all()));
				assertThatIllegalArgumentException()
					.isThrownBy(() -> bus.subscribe(SubscriptionFilter.all(), (event) -> {
					}));
				assertThatIllegalArgumentException().isThrownBy(() -> bus.publish(Event.of(type(0), null, null)));
				assertThat(bus.subscriptions()).isEmpty();
			}
		}
	}

	@Test
	void heartbeatIsSkippedWhileEveryChannelHasTraffic() throws Exception {
		Duration heartbeat = Duration.ofSeconds(1);
		try (PostgresEventBus bus = perType(0).heartbeat(heartbeat).build();
				PostgresEventBus publisher = perType(0).listening(false).build()) {
			EventStream stream = open(bus, type(0));
			await().atMost(LIMIT).until(bus::isDelivering);
			boolean steady = false;
			long limit = System.nanoTime() + LIMIT.toNanos();
			while (!steady && System.nanoTime() < limit) {
				String before = awaitHeartbeat();
				steady = trafficWithoutAPause(publisher, stream, heartbeat.multipliedBy(5).dividedBy(2),
						heartbeat.dividedBy(2));
				if (steady) {
					assertThat(lastStatementStart()).as("no statement while events flowed").isEqualTo(before);
				}
			}
			assertThat(steady).as("a machine that is not stalled all the time").isTrue();
			awaitHeartbeat();
		}
	}

	/** Waits for a heartbeat; when it began. */
	private String awaitHeartbeat() throws SQLException {
		String before = lastStatementStart();
		await().atMost(LIMIT)
			.until(() -> !lastStatementStart().equals(before) && lastStatement().contains("pg_listening_channels"));
		return lastStatementStart();
	}

	/** Whether events arrived all the time with less than a pause between them. */
	private boolean trafficWithoutAPause(EventBus publisher, EventStream stream, Duration time, Duration pause)
			throws InterruptedException {
		long begin = System.nanoTime();
		long last = begin;
		while (last - begin < time.toNanos()) {
			publisher.publish(Event.of(type(0), null, 0));
			assertThat(stream.poll(LIMIT)).isNotNull();
			long now = System.nanoTime();
			if (now - last > pause.toNanos()) {
				return false;
			}
			last = now;
		}
		return true;
	}

	private PostgresEventBus.Builder perType(int... known) {
		List<EventType> types = new ArrayList<>();
		for (int number : known) {
			types.add(type(number));
		}
		return bus().channels(ChannelStrategy.perType("c", types));
	}

	private PostgresEventBus.Builder bus() {
		return PostgresEventBus.builder().name(this.name).dataSource(database.dataSource());
	}

	private EventType type(int number) {
		return EventType.of(this.group + ".x" + number);
	}

	private String channel(int number) {
		return "c." + type(number);
	}

	private static EventStream open(EventBus bus, EventType type) throws Exception {
		EventStream stream = bus.open(SubscriptionFilter.types(type));
		stream.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
		return stream;
	}

	private static int number(EventStream stream) throws InterruptedException {
		Delivery delivery = stream.poll(LIMIT);
		assertThat(delivery).isInstanceOf(Event.class);
		return ((Event) delivery).payloadAs(Integer.class);
	}

	private String lastStatement() throws SQLException {
		return activity("query");
	}

	private String lastStatementStart() throws SQLException {
		return activity("query_start::text");
	}

	private String activity(String column) throws SQLException {
		try (var connection = database.connect();
				var statement = connection.createStatement();
				var rows = statement.executeQuery(
						"SELECT coalesce(" + column + ", '') FROM pg_stat_activity WHERE application_name = 'pgevents "
								+ this.name + " listener'")) {
			return rows.next() ? rows.getString(1) : "";
		}
	}

	private static void send(String channel, String payload) throws SQLException {
		database.execute("SELECT pg_notify('" + channel + "', '" + payload + "')");
	}

	private static void awaitLatch(CountDownLatch latch) {
		try {
			assertThat(latch.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

}
