package dev.pgevents.postgres;

import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Delivery;
import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventBusContract;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.EventTypes;
import dev.pgevents.Gap;
import dev.pgevents.PayloadTooLargeException;
import dev.pgevents.Publisher;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.internal.wire.NotificationEncoder;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

class PostgresEventBusTests extends EventBusContract {

	private static final Duration LIMIT = Duration.ofSeconds(20);

	private static final TestPostgres database = TestPostgres.shared();

	private final String name = "bus" + UUID.randomUUID();

	private final EventType type = EventType.of("t" + UUID.randomUUID().toString().replace("-", "") + ".x");

	private final SubscriptionFilter filter = SubscriptionFilter.types(this.type);

	@Override
	protected EventBus createBus() {
		return bus().build();
	}

	private PostgresEventBus.Builder bus() {
		return PostgresEventBus.builder()
			.name(this.name)
			.listener(ConnectionSource.url(database.url(), database.user(), database.password()));
	}

	@Test
	void builderIsSealedWhenTheBusIsBuilt() {
		PostgresEventBus.Builder builder = PostgresEventBus.builder()
			.dataSource(database.dataSource())
			.name("first")
			.listening(false);
		try (PostgresEventBus first = builder.build();
				PostgresEventBus second = builder.name("second").listening(true).build()) {
			assertThat(first).hasToString("PostgresEventBus[first DEAF]");
			assertThat(first.status().listening()).isFalse();
			assertThat(first.status().connection().problem()).contains("listening(false)");
			assertThat(second.status().listening()).isTrue();
			assertThat(second.toString()).startsWith("PostgresEventBus[second ");
		}
	}

	@Test
	void busesOfSeveralProcessesReceiveTheSameEvents() throws Exception {
		try (EventBus publisher = createBus(); EventBus first = createBus(); EventBus second = createBus()) {
			EventStream one = open(first);
			EventStream two = open(second);
			Event event = Event.of(this.type, "1", Map.of("index", 42));
			publisher.publish(event);
			assertThat(one.poll(LIMIT)).isEqualTo(event);
			assertThat(two.poll(LIMIT)).isEqualTo(event);
		}
	}

	@Test
	void ignoresItsOwnEventsAndNoOthersAfterALostConnectionToo() throws Exception {
		SubscriptionOptions ignoring = SubscriptionOptions.builder().ignoreOwn(true).build();
		try (PostgresEventBus one = bus().name(this.name + "-own").build(); EventBus other = createBus()) {
			EventStream stream = one.open(SubscriptionFilter.types(this.type), ignoring);
			stream.ready().join();
			String id = one.instanceId();
			one.publish(Event.of(this.type, "1", "own"));
			other.publish(Event.of(this.type, "1", "other"));
			assertThat(((Event) stream.poll(LIMIT)).payloadAs(String.class)).isEqualTo("other");
			database.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name LIKE "
					+ "'pgevents " + this.name + "-own %'");
			assertThat(stream.poll(LIMIT)).isInstanceOf(Gap.class);
			publishOnConnection(one, Event.of(this.type, "1", "own on a connection"));
			Event foreign = Event.of(this.type, "1", "other again");
			other.publish(foreign);
			assertThat(stream.poll(LIMIT)).isEqualTo(foreign);
			assertThat(one.instanceId()).isEqualTo(id);
		}
	}

	private void publishOnConnection(PostgresEventBus bus, Event event) throws SQLException {
		try (Connection connection = database.connect()) {
			bus.publisher(connection).publish(event);
		}
	}

	@Test
	void tellsThatItDeliversAndOnWhichChannels() throws Exception {
		try (PostgresEventBus bus = bus().build()) {
			assertThat(bus.status().channels()).isEmpty();
			open(bus);
			await().atMost(LIMIT).until(bus::isDelivering);
			assertThat(bus.status().connection())
				.isEqualTo(new ConnectionStatus(ConnectionState.LISTENING, null, null));
			assertThat(bus.status().channels()).containsExactly("events");
			assertThat(bus.status().publishing().queued()).isZero();
		}
	}

	@Test
	void tellsSinceWhenItDoesNotDeliverAndWhy() {
		Instant before = Instant.now();
		try (PostgresEventBus bus = PostgresEventBus.builder()
			.listener(ConnectionSource.url("jdbc:postgresql://localhost:1/none", "nobody", null))
			.backoff(Duration.ofMillis(1), 1, Duration.ofMillis(1))
			.build()) {
			await().atMost(LIMIT).until(() -> bus.status().connection().problem() != null);
			Instant since = bus.status().connection().notDeliveringSince();
			assertThat(since).isBetween(before, Instant.now());
			assertThat(bus.status().connection().problem()).contains("localhost:1");
			assertThat(bus.status().connection().notDeliveringSince()).as("through later attempts").isEqualTo(since);
		}
	}

	@Test
	void asksTheServerHowItsQueueIsAndLeavesNoConnectionBehind() throws Exception {
		try (PostgresEventBus bus = bus().listening(false).build()) {
			ServerStatus status = bus.serverStatus();
			assertThat(status.version()).isNotBlank();
			assertThat(status.queueUsage()).isBetween(0.0, 1.0);
			assertThat(status.commitLockWaiters()).isNotNegative();
			await().atMost(LIMIT)
				.until(() -> database.query("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgevents "
						+ this.name + " status'") == 0);
		}
	}

	@Test
	void asksTheServerWhoIsConnectedForEvents() throws Exception {
		String named = "own-" + this.name;
		try (PostgresEventBus bus = bus().name(named).build(); Connection foreign = database.connect()) {
			bus.subscribe(SubscriptionFilter.all(), (event) -> {
			}).ready().join();
			bus.publish(Event.of(EventTypes.EPOCH_CLOSED, null, null));
			try (Statement statement = foreign.createStatement()) {
				statement.execute("SET application_name = 'foreign " + named + "'");
				statement.execute("LISTEN events");
			}
			List<ServerSession> sessions = bus.serverSessions()
				.stream()
				.filter((session) -> session.applicationName().contains(named))
				.toList();
			assertThat(sessions).extracting(ServerSession::applicationName, ServerSession::listening)
				.containsExactly(tuple("foreign " + named, true), tuple("pgevents " + named + " listener", true),
						tuple("pgevents " + named + " publisher", false));
			assertThat(sessions).allSatisfy((session) -> {
				assertThat(session.pid()).isPositive();
				assertThat(session.user()).isEqualTo(database.user());
				assertThat(session.since()).isBeforeOrEqualTo(Instant.now().plusSeconds(60));
			});
		}
	}

	@Test
	void tellsTheChannelOfAnEvent() {
		try (PostgresEventBus bus = bus().listening(false)
			.channels(ChannelStrategy.perType("x", EventTypes.all()))
			.build()) {
			assertThat(bus.channelOf(Event.of(EventTypes.EPOCH_CLOSED, null, null))).isEqualTo("x.epoch.closed");
		}
	}

	@Test
	void readsWhatOtherLanguagesWrite() throws Exception {
		try (EventBus bus = createBus()) {
			EventStream stream = open(bus);
			database.execute("SELECT pg_notify('events', '{\"type\":\"" + this.type
					+ "\",\"app_id\":1,\"payload\":null,\"timestamp\":\"2026-01-19T10:00:00Z\",\"more\":[1]}')");
			Event event = event(stream);
			assertThat(event.appId()).isEqualTo("1");
			assertThat(event.payload().isEmpty()).isTrue();
			assertThat(event.timestamp()).hasToString("2026-01-19T10:00:00Z");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "no json", "[]", "{}", "{\"type\":1}", "{\"type\":\"Epoch Closed\"}",
			"{\"type\":\"a.b\",\"timestamp\":\"yesterday\"}", "{\"type\":\"a.b\",\"headers\":[]}",
			"{\"type\":\"a.b\",\"id\":\"x\"}", "{\"type\":\"a.b\"} x", "{\"type\":\"a.b\",\"app_id\":{}}", "brackets" })
	void whatCannotBeReadIsAGapAndDelaysNothing(String notification) throws Exception {
		String text = notification.equals("brackets") ? "[".repeat(7999) : notification;
		try (PostgresEventBus bus = bus().build()) {
			EventStream stream = open(bus);
			database.execute("SELECT pg_notify('events', '" + text + "')");
			bus.publish(Event.of(this.type, null, "next"));
			Delivery first = stream.poll(LIMIT);
			assertThat(first).isInstanceOfSatisfying(Gap.class,
					(gap) -> assertThat(gap.reason()).isEqualTo(Gap.Reason.UNREADABLE));
			assertThat(event(stream).payloadAs(String.class)).isEqualTo("next");
			assertThat(bus.status().notifications().unreadable()).isEqualTo(1);
		}
	}

	@Test
	void callersTransactionDeliversOnCommitAndDropsOnRollbackOfASavepointToo() throws Exception {
		try (PostgresEventBus bus = bus().build(); Connection connection = database.connect()) {
			EventStream stream = open(bus);
			connection.setAutoCommit(false);
			Publisher publisher = bus.publisher(connection);
			publisher.publish(Event.of(this.type, null, "dropped"));
			connection.rollback();
			publisher.publish(Event.of(this.type, null, "kept"));
			Savepoint savepoint = connection.setSavepoint();
			publisher.publish(Event.of(this.type, null, "dropped too"));
			connection.rollback(savepoint);
			bus.publish(Event.of(this.type, null, "meanwhile"));
			connection.commit();
			assertThat(event(stream).payloadAs(String.class)).isEqualTo("meanwhile");
			assertThat(event(stream).payloadAs(String.class)).isEqualTo("kept");
			bus.publish(Event.of(this.type, null, "last"));
			assertThat(event(stream).payloadAs(String.class)).isEqualTo("last");
		}
	}

	@Test
	void identicalPayloadsInOneTransactionArriveTwice() throws Exception {
		try (PostgresEventBus bus = bus().build()) {
			EventStream stream = open(bus);
			bus.publishAll(List.of(Event.of(this.type, "1", "same"), Event.of(this.type, "1", "same")));
			assertThat(event(stream).payloadAs(String.class)).isEqualTo("same");
			assertThat(event(stream).payloadAs(String.class)).isEqualTo("same");
		}
	}

	@Test
	void sessionsSayWhoseTheyAre() throws Exception {
		try (PostgresEventBus bus = bus().name("whose").application("shipping").build()) {
			bus.publish(Event.of(this.type, null, null));
			await().atMost(LIMIT).until(bus::isDelivering);
			assertThat(database.terminate("pgevents whose publisher of shipping")).isEqualTo(1);
			assertThat(database.terminate("pgevents whose listener of shipping")).isEqualTo(1);
		}
	}

	@Test
	void terminatedConnectionIsReplacedAndTheGapStandsBeforeWhatFollows() throws Exception {
		try (PostgresEventBus bus = bus().build(); EventBus publisher = createBus()) {
			EventStream stream = open(bus);
			await().atMost(LIMIT).until(bus::isDelivering);
			for (int i = 0; i < 3; i++) {
				assertThat(database.terminate("pgevents " + this.name + "%")).isPositive();
				assertThat(stream.poll(LIMIT)).isInstanceOfSatisfying(Gap.class,
						(gap) -> assertThat(gap.reason()).isEqualTo(Gap.Reason.RECONNECTED));
				publisher.publish(Event.of(this.type, null, i));
				Delivery next = stream.poll(LIMIT);
				while (next instanceof Gap) {
					next = stream.poll(LIMIT);
				}
				assertThat(((Event) next).payloadAs(Integer.class)).isEqualTo(i);
			}
		}
	}

	@Test
	void heartbeatIsSeenAtTheServer() throws Exception {
		try (PostgresEventBus bus = bus().heartbeat(Duration.ofMillis(50)).build()) {
			EventStream stream = open(bus);
			await().atMost(LIMIT)
				.until(() -> database.query("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgevents "
						+ this.name + " listener' AND query LIKE '%pg_listening_channels%'") == 1);
			bus.publish(Event.of(this.type, null, 1));
			assertThat(event(stream).payloadAs(Integer.class)).isEqualTo(1);
		}
	}

	@Test
	void largestNotificationArrivesAndOneByteMoreIsRefused() throws Exception {
		try (PostgresEventBus bus = bus().build()) {
			EventStream stream = open(bus);
			Event empty = Event.of(this.type, null, "");
			int room = NotificationEncoder.MAX_BYTES
					- new NotificationEncoder(new JacksonPayloadCodec(), 0, bus.instanceId()).encode(empty)
						.getBytes(StandardCharsets.UTF_8).length;
			String fits = "ü".repeat(room / 2) + "x".repeat(room % 2);
			bus.publish(withPayload(empty, fits));
			assertThat(event(stream).payloadAs(String.class)).isEqualTo(fits);
			assertThatExceptionOfType(PayloadTooLargeException.class)
				.isThrownBy(() -> bus.publish(withPayload(empty, fits + "x")))
				.satisfies((ex) -> assertThat(ex.actualBytes()).isEqualTo(8000))
				.withMessageContaining("8000")
				.withMessageContaining("7999");
		}
	}

	private static Event withPayload(Event event, String payload) {
		return Event.builder(event.type()).id(event.id()).timestamp(event.timestamp()).payload(payload).build();
	}

	@Test
	void hundredThousandEventsOfEightPublishersArriveInEachOnesOrder() throws Exception {
		int publishers = 8;
		int each = 12500;
		try (PostgresEventBus bus = bus().build(); PostgresEventBus receiver = bus().build()) {
			EventStream stream = receiver.open(this.filter,
					SubscriptionOptions.builder().bufferSize(publishers * each).build());
			stream.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			List<Thread> threads = new ArrayList<>();
			for (int p = 0; p < publishers; p++) {
				String app = String.valueOf(p);
				threads.add(new Thread(() -> {
					for (int i = 0; i < each; i++) {
						bus.publishAsync(Event.of(this.type, app, i));
					}
				}));
			}
			threads.forEach(Thread::start);
			Map<String, Integer> next = new HashMap<>();
			for (int i = 0; i < publishers * each; i++) {
				Event event = event(stream);
				int expected = next.merge(String.valueOf(event.appId()), 1, Integer::sum) - 1;
				assertThat(event.payloadAs(Integer.class)).isEqualTo(expected);
			}
			assertThat(next).hasSize(publishers).allSatisfy((app, count) -> assertThat(count).isEqualTo(each));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "perType", "perApp" })
	void channelStrategiesDeliverByWildcardAndApp(String kind) throws Exception {
		ChannelStrategy strategy = kind.equals("perType") ? ChannelStrategy.perType("c", List.of(this.type))
				: ChannelStrategy.perApp("c", 4);
		try (PostgresEventBus bus = bus().channels(strategy).build()) {
			String group = this.type.value().substring(0, this.type.value().indexOf('.'));
			EventStream wildcard = bus.open(SubscriptionFilter.types(group + ".*"));
			EventStream app = bus.open(SubscriptionFilter.apps(group));
			wildcard.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			app.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			Event known = Event.of(this.type, group, 1);
			Event other = Event.of(EventType.of(group + ".unknown"), null, 2);
			bus.publishAll(List.of(known, other));
			assertThat(wildcard.poll(LIMIT)).isEqualTo(known);
			assertThat(wildcard.poll(LIMIT)).isEqualTo(other);
			assertThat(app.poll(LIMIT)).isEqualTo(known);
		}
	}

	@Test
	void readyFailsAtOnceWhereListeningIsOff() {
		try (PostgresEventBus bus = bus().listening(false).listeningOffReason("off by a.b").build()) {
			assertThat(bus.open(this.filter).ready()).isCompletedExceptionally();
			assertThat(bus.status().connection().state()).isEqualTo(ConnectionState.DEAF);
			bus.publish(Event.of(this.type, null, null));
		}
	}

	@Test
	void closeWhileBackingOffLeavesNoThreadBehind() {
		String unreachable = "unreachable-" + this.name;
		PostgresEventBus bus = PostgresEventBus.builder()
			.name(unreachable)
			.listener(ConnectionSource.url("jdbc:postgresql://localhost:1/none", "x", "x"))
			.build();
		await().atMost(LIMIT).until(() -> bus.status().connection().state() == ConnectionState.BACKING_OFF);
		bus.close();
		await().atMost(LIMIT)
			.until(() -> Thread.getAllStackTraces()
				.keySet()
				.stream()
				.noneMatch((thread) -> thread.getName().startsWith(unreachable)));
	}

	private EventStream open(EventBus bus) throws Exception {
		EventStream stream = bus.open(this.filter);
		stream.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
		return stream;
	}

	private static Event event(EventStream stream) throws InterruptedException {
		Delivery delivery = stream.poll(LIMIT);
		assertThat(delivery).isInstanceOf(Event.class);
		return (Event) delivery;
	}

}
