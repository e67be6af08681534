package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.pgevents.Event;
import dev.pgevents.EventBus;
import dev.pgevents.EventLogContract;
import dev.pgevents.EventStream;
import dev.pgevents.Gap;
import dev.pgevents.Payload;
import dev.pgevents.PayloadTooLargeException;
import dev.pgevents.PublishException;
import dev.pgevents.Recorder;
import dev.pgevents.StartPosition;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.Test;
import org.postgresql.PGConnection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.awaitility.Awaitility.await;

class PostgresEventLogTests extends EventLogContract {

	private static final TestPostgres database = TestPostgres.shared();

	private final String name = "log" + UUID.randomUUID();

	@Override
	protected EventBus createBus() {
		return bus(this.name).build();
	}

	private static PostgresEventBus.Builder bus(String name) {
		return PostgresEventBus.builder()
			.name(name)
			.listener(ConnectionSource.url(database.url(), database.user(), database.password()))
			.lockTimeout(Duration.ofMillis(500))
			.log(EventLogSettings.builder().retry(ATTEMPTS, RETRY).build());
	}

	@Test
	void instancesShareAGroupAndTakeOverFromEachOther() throws Exception {
		try (EventBus one = createBus(); EventBus publisher = createBus()) {
			Map<String, BlockingQueue<Integer>> handled = new ConcurrentHashMap<>();
			Set<String> byOne = ConcurrentHashMap.newKeySet();
			join(one, (event) -> {
				byOne.add(event.appId());
				handled.computeIfAbsent(event.appId(), (app) -> new LinkedBlockingQueue<>())
					.add(event.payloadAs(Integer.class));
			});
			EventBus two = createBus();
			Set<String> byTwo = ConcurrentHashMap.newKeySet();
			join(two, (event) -> {
				byTwo.add(event.appId());
				handled.computeIfAbsent(event.appId(), (app) -> new LinkedBlockingQueue<>())
					.add(event.payloadAs(Integer.class));
			});
			// And until neither gives partitions to the other any more.
			await().atMost(LIMIT).until(() -> shares().size() == 2 && Math.abs(difference(shares())) <= 1);
			publish(publisher, 0, 20);
			await().atMost(LIMIT).until(() -> handled.values().stream().mapToInt(BlockingQueue::size).sum() == 800);
			assertThat(byOne).isNotEmpty().doesNotContainAnyElementsOf(byTwo);
			assertThat(byTwo).isNotEmpty();
			two.close();
			await().atMost(LIMIT).until(() -> shares().size() == 1);
			publish(publisher, 20, 40);
			await().atMost(LIMIT).until(() -> handled.values().stream().mapToInt(BlockingQueue::size).sum() == 1600);
			assertThat(handled).hasSize(40);
			assertThat(handled.values()).allMatch((numbers) -> List.copyOf(numbers).equals(range(0, 40)));
		}
	}

	private void publish(EventBus publisher, int from, int to) {
		for (int i = from; i < to; i++) {
			for (int app = 0; app < 40; app++) {
				publisher.publishAsync(number("app" + app, i));
			}
		}
	}

	/** How many partitions each has; nobody counts, too. */
	private List<Long> shares() {
		return List.copyOf(status().partitions()
			.stream()
			.collect(Collectors.groupingBy((partition) -> String.valueOf(partition.owner()), Collectors.counting()))
			.values());
	}

	private static long difference(List<Long> shares) {
		return shares.get(0) - shares.get(1);
	}

	@Test
	void effectsInTheHandlersTransactionHappenOnceWhateverSessionsAreKilled() throws Exception {
		String table = "effects_" + this.group;
		database.execute("CREATE TABLE " + table + " (n bigserial PRIMARY KEY, app text, number integer)");
		try (PostgresEventBus one = bus(this.name + "a").build();
				PostgresEventBus two = bus(this.name + "b").build();
				PostgresEventBus publisher = bus(this.name + "p").build()) {
			for (PostgresEventBus bus : List.of(one, two)) {
				join(bus.subscribe(filter(), options(this.group).concurrency(4).errorHandler((sub, delivery, error) -> {
				}).build(), (event) -> insert(bus, table, event)));
			}
			int events = 600;
			for (int i = 0; i < events; i++) {
				publisher.publish(number("app" + i % 7, i));
				if (i % 100 == 50) {
					database.terminate("pgevents " + this.name + ((i % 200 == 50) ? "a" : "b") + "%");
				}
			}
			await().atMost(LIMIT)
				.untilAsserted(() -> assertThat(database.query("SELECT count(DISTINCT number) FROM " + table))
					.isEqualTo(events));
			assertThat(database.query("SELECT count(*) FROM " + table)).isEqualTo(events);
			assertThat(
					database.query("SELECT count(*) FROM (SELECT number, lag(number) OVER (PARTITION BY app ORDER BY n)"
							+ " AS before FROM " + table + ") AS o WHERE before > number"))
				.as("out of order")
				.isZero();
		}
	}

	private static void insert(PostgresEventBus bus, String table, Event event) throws SQLException {
		try (Connection connection = database.connect()) {
			connection.setAutoCommit(false);
			try (PreparedStatement statement = connection
				.prepareStatement("INSERT INTO " + table + " (app, number) VALUES (?, ?)")) {
				statement.setString(1, event.appId());
				statement.setInt(2, event.payloadAs(Integer.class));
				statement.executeUpdate();
			}
			bus.acknowledge(connection);
			connection.commit();
		}
	}

	@Test
	void aFencedTransactionChangesNothing() throws Exception {
		String table = "effects_" + this.group;
		database.execute("CREATE TABLE " + table + " (n bigserial PRIMARY KEY, app text, number integer)");
		AtomicInteger attempts = new AtomicInteger();
		try (PostgresEventBus bus = bus(this.name).build()) {
			join(bus, (event) -> {
				if (attempts.getAndIncrement() == 0) {
					// What somebody else does who takes the partition over meanwhile.
					database
						.execute("UPDATE pgevents.event_cursor SET epoch = epoch + 1 WHERE grp = '" + this.group + "'");
				}
				insert(bus, table, event);
			});
			bus.publish(number("app", 1));
			await().atMost(LIMIT).until(() -> database.query("SELECT count(*) FROM " + table) == 1);
			bus.publish(number("app", 2));
			await().atMost(LIMIT).until(() -> database.query("SELECT count(*) FROM " + table) == 2);
			assertThat(attempts.get()).isEqualTo(3);
			assertThat(log(bus).parked(this.group)).isEmpty();
		}
	}

	@Test
	void acknowledgingOutsideOfAHandlerIsRefused() throws Exception {
		try (PostgresEventBus bus = bus(this.name).build(); Connection connection = database.connect()) {
			assertThatIllegalStateException().isThrownBy(() -> bus.acknowledge(connection))
				.withMessageContaining("in no handler of a group");
		}
	}

	@Test
	void whatIsCommittedLateIsHandledAndWhatIsRolledBackIsNot() throws Exception {
		try (PostgresEventBus bus = bus(this.name).build();
				Connection early = database.connect();
				Connection late = database.connect()) {
			Recorder recorder = new Recorder();
			join(bus, recorder);
			early.setAutoCommit(false);
			late.setAutoCommit(false);
			bus.publisher(late).publish(number("slow", 1));
			bus.publisher(early).publish(number("quick", 2));
			Savepoint savepoint = early.setSavepoint();
			bus.publisher(early).publish(number("quick", 3));
			early.rollback(savepoint);
			bus.publisher(early).publish(number("quick", 4));
			early.commit();
			assertThat(recorder.numbers(2)).containsExactly(2, 4);
			late.commit();
			assertThat(recorder.numbers(1)).containsExactly(1);
			bus.publisher(late).publish(number("slow", 5));
			late.rollback();
			bus.publish(number("slow", 6));
			assertThat(recorder.numbers(1)).containsExactly(6);
			awaitLag(0);
		}
	}

	@Test
	void waitsForAPartitionOnlySoLongAndNamesWhoHoldsIt() throws Exception {
		try (PostgresEventBus bus = bus(this.name).build(); Connection holder = database.connect()) {
			holder.setAutoCommit(false);
			bus.publisher(holder).publish(number("held", 1));
			int process = holder.unwrap(PGConnection.class).getBackendPID();
			assertThatExceptionOfType(PublishException.class).isThrownBy(() -> bus.publish(number("held", 2)))
				.withMessageContaining("of the event log was not free within 500 ms: process " + process + " holds it")
				.satisfies((ex) -> assertThat(ex.outcome()).isEqualTo(PublishException.Outcome.NOT_PUBLISHED));
			bus.publish(number("another app", 3));
			holder.rollback();
			bus.publish(number("held", 4));
		}
	}

	@Test
	void aForgedOrRepeatedNotificationIsNoMoreThanAHint() throws Exception {
		try (PostgresEventBus bus = bus(this.name).build();
				Connection listener = database.connect();
				Statement listen = listener.createStatement()) {
			listen.execute("LISTEN events");
			Recorder recorder = new Recorder();
			join(bus, recorder);
			bus.publish(number("app", 1));
			assertThat(recorder.numbers(1)).containsExactly(1);
			String genuine = notification(listener);
			assertThat(genuine).startsWith("{\"part\":");
			notify(genuine);
			String body = genuine.substring(genuine.indexOf(",\"id\"") + 1);
			int part = recorder.positions().get(0).partition();
			long next = recorder.positions().get(0).number() + 1;
			for (long pos : new long[] { next, next + 1_000_000, Long.MAX_VALUE / 100 }) {
				notify("{\"part\":" + part + ",\"pos\":" + pos + ",\"mac\":\"" + "0".repeat(64) + "\"," + body);
				notify(genuine.replaceFirst("\"pos\":\\d+", "\"pos\":" + pos));
			}
			notify(genuine.replace("\"payload\":1", "\"payload\":7"));
			notify(body.startsWith("\"id\"") ? "{" + body : body);
			bus.publish(number("app", 2));
			assertThat(recorder.numbers(1)).containsExactly(2);
			bus.publish(number("app", 3));
			assertThat(recorder.numbers(1)).containsExactly(3);
			awaitLag(0);
			assertThat(recorder.queue).isEmpty();
		}
	}

	@Test
	void notificationsInTheWrongOrderChangeNothing() throws Exception {
		try (PostgresEventBus bus = bus(this.name).build()) {
			Recorder recorder = new Recorder();
			join(bus, recorder);
			bus.publish(number("app", 0));
			assertThat(recorder.numbers(1)).containsExactly(0);
			List<String> notifications = record(1, 6);
			Collections.reverse(notifications);
			for (String notification : notifications) {
				notify(notification);
			}
			bus.publish(number("app", 6));
			assertThat(recorder.numbers(6)).isEqualTo(range(1, 7));
			notify(notifications.get(0));
			bus.publish(number("app", 7));
			assertThat(recorder.numbers(1)).containsExactly(7);
			awaitLag(0);
			assertThat(recorder.queue).isEmpty();
		}
	}

	/** Committed events of which nobody has been notified. */
	private List<String> record(int from, int to) throws SQLException {
		String bodies = range(from, to).stream()
			.map((number) -> "{\"type\":\"" + this.type + "\",\"app_id\":\"app\",\"payload\":" + number + "}")
			.collect(Collectors.joining("','", "ARRAY['", "']"));
		String recorded = "ARRAY[" + String.join(",", Collections.nCopies(to - from, "true")) + "]";
		List<String> notifications = new ArrayList<>();
		try (Connection connection = database.connect();
				Statement statement = connection.createStatement();
				ResultSet rows = statement
					.executeQuery("SELECT unnest(pgevents.event_record(" + bodies + ", " + recorded + ", 0))")) {
			while (rows.next()) {
				notifications.add(rows.getString(1));
			}
		}
		return notifications;
	}

	private static String notification(Connection listener) throws SQLException {
		return Stream.of(listener.unwrap(PGConnection.class).getNotifications((int) LIMIT.toMillis()))
			.findFirst()
			.orElseThrow()
			.getParameter();
	}

	private static void notify(String text) throws SQLException {
		try (Connection connection = database.connect();
				PreparedStatement statement = connection.prepareStatement("SELECT pg_notify('events', ?)")) {
			statement.setString(1, text);
			statement.execute();
		}
	}

	/** A single event goes another way through the server than one of many. */
	@Test
	void aSingleEventIsRecordedAsOneOfManyIs() throws Exception {
		Event plain = Event.of(this.type, "app", List.of(1, "two"));
		Instant nanos = Instant.parse("2026-11-28T12:00:00.123456789Z");
		List<Event> events = List.of(plain, plain.withHeader("a", "b\"c").withPayload(Payload.ofJson(" null ")),
				plain.withPayload(Payload.ofJson("\"null\"")), Event.of(this.type, null, null),
				Event.of(this.type, "\u00e4 \\ \"", "\u00e4"), Event.of(this.type, "\\ \" '", "x".repeat(9000)),
				new Event(UUID.randomUUID(), plain.type(), "app", Payload.of(1.5), nanos, Map.of()));
		try (PostgresEventBus bus = bus(this.name).build(); Connection connection = database.connect()) {
			connection.setAutoCommit(false);
			for (Event each : events) {
				Event event = new Event(UUID.randomUUID(), each.type(), each.appId(), each.payload(), each.timestamp(),
						each.headers());
				bus.publishAll(List.of(event, Event.of(this.type, "another", 1)));
				bus.publish(event);
				bus.publisher(connection).publish(event);
				bus.record(connection, List.of(bus.encode(event)));
				connection.commit();
				String rows = " FROM pgevents.event_log WHERE id = '" + event.id() + "'";
				assertThat(database.query("SELECT count(*)" + rows)).isEqualTo(4);
				assertThat(database.query("SELECT count(DISTINCT (part, type, app_id, occurred_at, headers::text,"
						+ " payload::text))" + rows))
					.as(event.toString())
					.isEqualTo(1);
			}
		}
	}

	@Test
	void anEventTooLargeForANotificationReachesGroupsAndBroadcastHandlers() throws Exception {
		try (PostgresEventBus bus = bus(this.name).build();
				PostgresEventBus older = bus(this.name + "old").log(null).build()) {
			Recorder recorder = new Recorder();
			BlockingQueue<String> texts = new LinkedBlockingQueue<>();
			join(bus, (event) -> texts.add(event.payloadAs(String.class)));
			EventStream stream = bus.open(filter());
			stream.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			EventStream withoutLog = older.open(SubscriptionFilter.all());
			withoutLog.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			String large = "x".repeat(500_000);
			bus.publishAll(List.of(Event.of(this.type, "app", "before"), Event.of(this.type, "app", large),
					Event.of(this.type, "app", "after")));
			assertThat(texts.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo("before");
			assertThat(texts.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(large);
			assertThat(texts.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo("after");
			assertThat(((Event) stream.poll(LIMIT)).payloadAs(String.class)).isEqualTo("before");
			assertThat(((Event) stream.poll(LIMIT)).payloadAs(String.class)).isEqualTo(large);
			assertThat(((Event) stream.poll(LIMIT)).payloadAs(String.class)).isEqualTo("after");
			assertThat(((Event) withoutLog.poll(LIMIT)).payloadAs(String.class)).isEqualTo("before");
			assertThat(withoutLog.poll(LIMIT)).isInstanceOfSatisfying(Gap.class,
					(gap) -> assertThat(gap.reason()).isEqualTo(Gap.Reason.UNREADABLE));
			assertThat(((Event) withoutLog.poll(LIMIT)).payloadAs(String.class)).isEqualTo("after");
			assertThatExceptionOfType(PayloadTooLargeException.class)
				.isThrownBy(() -> bus.publish(Event.of(this.type, "app", "x".repeat(1 << 20))))
				.satisfies((ex) -> assertThat(ex.allowedBytes()).isEqualTo(1 << 20));
			assertThat(recorder.queue).isEmpty();
		}
	}

	@Test
	void anEventOfExactlyTheLargestSizeIsRecordedAndOneByteMoreIsRefused() throws Exception {
		int most = 20_000;
		try (PostgresEventBus bus = bus(this.name).log(EventLogSettings.builder().maxSize(most).build()).build()) {
			BlockingQueue<String> texts = new LinkedBlockingQueue<>();
			join(bus, (event) -> texts.add(event.payloadAs(String.class)));
			Event large = Event.of(this.type, "app", "x".repeat(most));
			PayloadTooLargeException refused = catchThrowableOfType(PayloadTooLargeException.class,
					() -> bus.publish(large));
			int fits = most - (refused.actualBytes() - most);
			assertThat(fits).isBetween(most - 400, most);
			// Two bytes, one character.
			bus.publish(withText(large, "é" + "x".repeat(fits - 2)));
			assertThat(texts.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).startsWith("é").hasSize(fits - 1);
			assertThatExceptionOfType(PayloadTooLargeException.class)
				.isThrownBy(() -> bus.publish(withText(large, "é" + "x".repeat(fits - 1))))
				.satisfies((ex) -> assertThat(ex.actualBytes()).isEqualTo(most + 1))
				.satisfies((ex) -> assertThat(ex.allowedBytes()).isEqualTo(most));
			assertThat(database.query("SELECT count(*) FROM pgevents.event_log WHERE type = '" + this.type + "'"))
				.isEqualTo(1);
		}
	}

	/** The same but for its payload: its time, too, takes as many bytes. */
	private static Event withText(Event event, String text) {
		return new Event(event.id(), event.type(), event.appId(), Payload.of(text), event.timestamp(), event.headers());
	}

	@Test
	void sqlPublishesToGroupsWithTheChecksOfTheLibrary() throws Exception {
		try (PostgresEventBus bus = bus(this.name).build()) {
			Recorder recorder = new Recorder();
			join(bus, recorder);
			database.execute("SELECT pgevents.event_publish('" + this.type + "', 'app \"1\"', '5')");
			assertThat(recorder.numbers(1)).containsExactly(5);
			assertThat(log(bus).read(filter(), StartPosition.earliest(), 10)).singleElement()
				.satisfies((event) -> assertThat(event.appId()).isEqualTo("app \"1\""));
			for (String call : List.of("'Epoch Closed', null, '1'", "null, null, '1'",
					"'a.b', null, '1', '" + "c".repeat(64) + "'", "'a.b', null, to_jsonb(repeat('x', 1048577))")) {
				assertThatExceptionOfType(SQLException.class)
					.isThrownBy(() -> database.execute("SELECT pgevents.event_publish(" + call + ")"))
					.satisfies((ex) -> assertThat(ex.getSQLState()).as(call).isEqualTo("22023"));
			}
		}
	}

	@Test
	void positionsAreHeardWithoutReadingThemAgain() throws Exception {
		try (PostgresEventBus bus = bus(this.name).build()) {
			Recorder recorder = new Recorder();
			join(bus, recorder);
			bus.publish(number("app", 0));
			assertThat(recorder.numbers(1)).containsExactly(0);
			awaitLag(0);
			long before = pages();
			for (int i = 1; i < 100; i++) {
				bus.publish(number("app", i));
			}
			assertThat(recorder.numbers(99)).isEqualTo(range(1, 100));
			assertThat(pages()).isEqualTo(before);
		}
	}

	/** The last statement of the log's connection is never a page where none is read. */
	private long pages() throws SQLException {
		return database.query("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgevents " + this.name
				+ " log' AND query LIKE '%LEFT JOIN LATERAL%'");
	}

	@Test
	void aSubscriptionWithoutALogOrWithoutListeningSaysWhatIsMissing() throws Exception {
		try (PostgresEventBus bus = bus(this.name).log(null).build()) {
			assertThatIllegalStateException().isThrownBy(() -> join(bus, new Recorder()))
				.withMessageContaining("needs the event log")
				.withMessageContaining("events.log.enabled=true");
		}
		try (PostgresEventBus bus = bus(this.name).listening(false).build()) {
			Subscription subscription = bus.subscribe(filter(), options(this.group).build(), new Recorder());
			assertThat(subscription.ready()).isCompletedExceptionally();
		}
	}

}
