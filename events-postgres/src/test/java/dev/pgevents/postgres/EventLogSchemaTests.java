package dev.pgevents.postgres;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.IntStream;

import dev.pgevents.Backoff;
import dev.pgevents.Event;
import dev.pgevents.EventLog;
import dev.pgevents.EventLogException;
import dev.pgevents.EventType;
import dev.pgevents.PublishException;
import dev.pgevents.StartPosition;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.test.OwnThread;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

class EventLogSchemaTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final String GRANTS = "What each role has to be granted: \"Tables and roles\" in docs/durable-events.md";

	private static final EventType TYPE = EventType.of("epoch.closed");

	private TestPostgres database;

	@BeforeEach
	void createDatabase() throws Exception {
		this.database = TestPostgres.shared().createDatabase();
	}

	private PostgresEventBus bus(EventLogSettings settings) {
		return bus(this.database.user(), settings);
	}

	private PostgresEventBus bus(String user, EventLogSettings settings) {
		return PostgresEventBus.builder()
			.listener(ConnectionSource.url(this.database.url(), user, this.database.password()))
			.publishTimeout(Duration.ofSeconds(2))
			.log(settings)
			.build();
	}

	@Test
	void manyProcessesThatStartAtOnceMakeTheTablesOnce() throws Exception {
		List<PostgresEventBus> buses = new ArrayList<>();
		try {
			for (int i = 0; i < 8; i++) {
				buses.add(bus(EventLogSettings.builder().partitions(4).build()));
			}
			List<CompletableFuture<Void>> starts = buses.stream()
				.map((bus) -> CompletableFuture.runAsync(bus::initializeEventLog, OwnThread.EACH))
				.toList();
			starts.forEach((start) -> start.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join());
			assertThat(this.database.query("SELECT count(*) FROM pgevents.event_settings")).isEqualTo(1);
			assertThat(this.database.query("SELECT count(*) FROM pgevents.event_partition")).isEqualTo(5);
		}
		finally {
			buses.forEach(PostgresEventBus::close);
		}
	}

	@Test
	void theFileMakesWhatTheLibraryExpects() throws Exception {
		byte[] file = PostgresEventBus.class.getResourceAsStream("event-log.sql").readAllBytes();
		this.database.execute(new String(file, StandardCharsets.UTF_8));
		try (PostgresEventBus bus = bus(EventLogSettings.builder().initialize(false).build())) {
			bus.initializeEventLog();
		}
		assertThat(this.database.query("SELECT count(*) FROM pg_proc WHERE pronamespace = 'pgevents'::regnamespace"
				+ " AND NOT has_function_privilege('public', oid, 'EXECUTE')"
				+ " AND 'search_path=pg_catalog, pg_temp' = ANY (proconfig)"))
			.as("functions that no stranger may call or lead astray")
			.isEqualTo(
					this.database.query("SELECT count(*) FROM pg_proc WHERE pronamespace = 'pgevents'::regnamespace"))
			.isPositive();
	}

	@Test
	void otherNamesAndNumbersOfPartitionsWork() throws Exception {
		EventLogSettings settings = EventLogSettings.builder()
			.schema("Other_1")
			.tablePrefix("Ev_")
			.partitions(2)
			.build();
		try (PostgresEventBus bus = bus(settings)) {
			LinkedBlockingQueue<Event> handled = new LinkedBlockingQueue<>();
			bus.subscribe(SubscriptionFilter.all(), SubscriptionOptions.builder().group("g").build(), handled::add)
				.ready()
				.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			bus.publish(Event.of(TYPE, "1", 1));
			assertThat(handled.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isNotNull();
			assertThat(this.database.query("SELECT count(*) FROM \"Other_1\".\"Ev_log\"")).isEqualTo(1);
		}
		assertThatIllegalArgumentException().isThrownBy(() -> EventLogSettings.builder().schema("a\"b").build())
			.withMessageContaining("event log schema");
		assertThatIllegalArgumentException().isThrownBy(() -> EventLogSettings.builder().partitions(0).build())
			.withMessageContaining("partitions is 0");
	}

	@Test
	void whatIsMissingAndMayNotBeMadeIsSaid() {
		try (PostgresEventBus bus = bus(EventLogSettings.builder().initialize(false).build())) {
			assertThatIllegalStateException().isThrownBy(bus::initializeEventLog)
				.withMessageContaining("there is no table \"pgevents\".\"event_settings\"")
				.withMessageContaining("events.log.initialize=always");
			assertThatExceptionOfType(PublishException.class).isThrownBy(() -> bus.publish(Event.of(TYPE, "1", 1)))
				.withMessageContaining("there is no table");
			await().atMost(LIMIT)
				.until(() -> String.valueOf(bus.status().connection().problem()).contains("there is no table"));
		}
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', value = { "ALTER TABLE pgevents.event_log DROP COLUMN headers | lacks column headers",
			"DROP TABLE pgevents.event_held | table \"pgevents\".\"event_held\" is missing",
			"UPDATE pgevents.event_settings SET version = 2 | they are of version 2",
			"UPDATE pgevents.event_settings SET partitions = 8 | they have 8 partitions, configured are 64",
			"DROP FUNCTION pgevents.event_note | event_note(bytea,integer,bigint,text) is missing",
			"DROP FUNCTION pgevents.event_append_one | event_append_one(text,text,uuid,text,text,timestamptz,integer) is missing" })
	void aDifferenceIsNamed(String change, String message) throws Exception {
		try (PostgresEventBus bus = bus(EventLogSettings.defaults())) {
			bus.initializeEventLog();
		}
		this.database.execute(change);
		try (PostgresEventBus bus = bus(EventLogSettings.defaults())) {
			assertThatIllegalStateException().isThrownBy(bus::initializeEventLog)
				.withMessageContaining("not as expected")
				.withMessageContaining(message);
		}
	}

	@Test
	void rolesCanDoWhatTheyWereGrantedAndNoMore() throws Exception {
		try (PostgresEventBus bus = bus(EventLogSettings.defaults())) {
			bus.initializeEventLog();
		}
		String suffix = UUID.randomUUID().toString().replace("-", "");
		String publisher = role("publisher" + suffix, "INSERT ON pgevents.event_log",
				"SELECT ON pgevents.event_settings", "USAGE ON ALL SEQUENCES IN SCHEMA pgevents",
				"EXECUTE ON ALL FUNCTIONS IN SCHEMA pgevents");
		String reader = role("reader" + suffix, "SELECT ON pgevents.event_log, pgevents.event_partition,"
				+ " pgevents.event_settings, pgevents.event_group");
		String stranger = role("stranger" + suffix);
		try (PostgresEventBus bus = bus(publisher, EventLogSettings.defaults());
				Connection connection = DriverManager.getConnection(this.database.url(), publisher, "")) {
			bus.publish(Event.of(TYPE, "1", 1));
			connection.createStatement().execute("SELECT pgevents.event_publish('a.b', '1', '2')");
			EventLog log = bus.capability(EventLog.class).orElseThrow();
			assertThatExceptionOfType(EventLogException.class)
				.isThrownBy(() -> log.read(SubscriptionFilter.all(), StartPosition.earliest(), 1))
				.withMessageContaining("permission denied")
				.withMessageContaining(GRANTS);
			bus.subscribe(SubscriptionFilter.all(), SubscriptionOptions.builder().group("g").build(), (event) -> {
			});
			await().atMost(LIMIT).until(() -> bus.groupProblems().getOrDefault("g", "").contains("permission denied"));
			assertThat(bus.groupProblems().get("g")).contains(GRANTS);
		}
		try (PostgresEventBus bus = bus(reader, EventLogSettings.defaults())) {
			EventLog log = bus.capability(EventLog.class).orElseThrow();
			assertThat(log.read(SubscriptionFilter.all(), StartPosition.earliest(), 10)).hasSize(2);
			assertThatExceptionOfType(PublishException.class).isThrownBy(() -> bus.publish(Event.of(TYPE, "1", 1)))
				.withMessageContaining("permission denied")
				.withMessageContaining(GRANTS);
		}
		try (PostgresEventBus bus = bus(stranger, EventLogSettings.defaults())) {
			assertThatIllegalStateException().isThrownBy(bus::initializeEventLog)
				.withMessageContaining("the event log may not be used: ")
				.withMessageContaining("permission denied")
				.withMessageContaining(GRANTS);
		}
		for (String call : List.of("SELECT pgevents.event_publish('a.b', null, null)",
				"SELECT secret FROM pgevents.event_settings", "INSERT INTO pgevents.event_log VALUES (1)")) {
			try (Connection connection = DriverManager.getConnection(this.database.url(), stranger, "")) {
				assertThatExceptionOfType(SQLException.class)
					.isThrownBy(() -> connection.createStatement().execute(call))
					.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("42501"));
			}
		}
	}

	@Test
	void aRoleThatMayNotMakeTheTablesIsToldWhatToDo() throws Exception {
		String role = role("r" + UUID.randomUUID().toString().replace("-", ""));
		try (PostgresEventBus bus = bus(role, EventLogSettings.defaults())) {
			assertThatIllegalStateException().isThrownBy(bus::initializeEventLog)
				.withMessageContaining("could not be made in schema pgevents: ERROR: permission denied for database")
				.withMessageContaining("events.log.initialize=never")
				.withMessageContaining(GRANTS);
		}
	}

	/** The grants are those of the page. */
	@Test
	void aRoleWithTheDocumentedGrantsRunsGroupsAndMayNotMoreThanThat() throws Exception {
		try (PostgresEventBus bus = bus(EventLogSettings.defaults())) {
			bus.initializeEventLog();
		}
		String suffix = UUID.randomUUID().toString().replace("-", "");
		for (String role : List.of("publisher", "reader", "consumer")) {
			this.database.execute("CREATE ROLE " + role + suffix + " LOGIN");
		}
		this.database.execute(documentedGrants().replaceAll("(?m)--.*$", "")
			.replaceAll("\\b(publisher|reader|consumer)\\b", "$1" + suffix));
		AtomicBoolean broken = new AtomicBoolean(true);
		LinkedBlockingQueue<Integer> handled = new LinkedBlockingQueue<>();
		EventLogSettings settings = EventLogSettings.builder()
			.retry(2, new Backoff(Duration.ofMillis(10), 1, Duration.ofMillis(10)))
			.build();
		try (PostgresEventBus bus = bus("consumer" + suffix, settings)) {
			bus.subscribe(SubscriptionFilter.all(),
					SubscriptionOptions.builder().group("g").errorHandler((sub, delivery, error) -> {
					}).build(), (event) -> {
						if (broken.get() && "2".equals(event.appId())) {
							throw new IllegalStateException("broken");
						}
						handled.add(event.payloadAs(Integer.class));
					})
				.ready()
				.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			Instant before = Instant.now().minusSeconds(60);
			bus.publish(Event.of(TYPE, "1", 1));
			bus.publish(Event.of(TYPE, "2", 2));
			assertThat(handled.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(1);
			EventLog log = bus.capability(EventLog.class).orElseThrow();
			await().atMost(LIMIT).until(() -> log.parked("g").size() == 1);
			broken.set(false);
			log.redrive("g");
			assertThat(handled.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(2);
			await().atMost(LIMIT).until(() -> log.lag("g") == 0 && log.groups().get(0).held() == 0);
			log.rewind("g", before);
			assertThat(List.of(handled.poll(LIMIT.toSeconds(), TimeUnit.SECONDS),
					handled.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)))
				.containsExactlyInAnyOrder(1, 2);
			bus.retain(); // warns, and changes nothing
			assertThat(bus.status().connection().problem()).isNull();
		}
		try (Connection connection = DriverManager.getConnection(this.database.url(), "consumer" + suffix, "")) {
			connection.createStatement().execute(documented("DELETE FROM pgevents.event_interest"));
			for (String call : List.of("DELETE FROM pgevents.event_log", "UPDATE pgevents.event_log SET payload = NULL",
					"UPDATE pgevents.event_settings SET secret = ''", "DROP TABLE pgevents.event_held")) {
				assertThatExceptionOfType(SQLException.class)
					.isThrownBy(() -> connection.createStatement().execute(call))
					.satisfies((ex) -> assertThat(ex.getSQLState()).as(call).isEqualTo("42501"));
			}
		}
	}

	@Test
	void whatIsLeftOfAnOutboxMovesAsThePageSays() throws Exception {
		this.database.execute("CREATE TABLE outbox (id bigserial, type text, aggregate_id text, payload text);"
				+ "INSERT INTO outbox (type, aggregate_id, payload) SELECT 'epoch.closed', 'app', n::text"
				+ " FROM generate_series(1, 100) AS n");
		try (PostgresEventBus bus = bus(EventLogSettings.defaults())) {
			bus.initializeEventLog();
			this.database.execute("BEGIN;" + documented("SELECT pgevents.event_publish(o.type") + ";COMMIT");
			List<Event> events = bus.capability(EventLog.class)
				.orElseThrow()
				.read(SubscriptionFilter.types(TYPE).andApps("app"), StartPosition.earliest(), 200);
			assertThat(events).extracting((event) -> event.payloadAs(Integer.class))
				.isEqualTo(IntStream.rangeClosed(1, 100).boxed().toList());
			assertThat(this.database.query("SELECT count(*) FROM outbox")).isZero();
		}
	}

	private static String documentedGrants() throws IOException {
		return documented("GRANT USAGE ON SCHEMA");
	}

	/** The statements of the page that begin so. */
	private static String documented(String beginning) throws IOException {
		String page = Files.readString(Path.of("../docs/durable-events.md"));
		int start = page.indexOf("```sql\n" + beginning);
		assertThat(start).isNotNegative();
		return page.substring(start + "```sql\n".length(), page.indexOf("```", start + 3));
	}

	private String role(String name, String... grants) throws SQLException {
		this.database.execute("CREATE ROLE " + name + " LOGIN");
		for (String grant : grants) {
			this.database.execute("GRANT USAGE ON SCHEMA pgevents TO " + name);
			this.database.execute("GRANT " + grant + " TO " + name);
		}
		return name;
	}

}
