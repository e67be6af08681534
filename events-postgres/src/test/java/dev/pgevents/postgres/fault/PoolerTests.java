package dev.pgevents.postgres.fault;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import javax.sql.DataSource;

import dev.pgevents.Event;
import dev.pgevents.EventLog;
import dev.pgevents.EventType;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.EventLogSettings;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.fault.Published.Outcome;
import dev.pgevents.postgres.test.CapturedLog;
import dev.pgevents.postgres.test.OwnThread;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

class PoolerTests {

	private static ControlledServer server;

	@BeforeAll
	static void startServer() {
		server = ControlledServer.create().start();
	}

	@AfterAll
	static void closeServer() {
		server.close();
	}

	@RegisterExtension
	private final CapturedLog log = new CapturedLog(PostgresEventBus.class.getName());

	@Test
	void pgbouncerInTransactionModeIsNamedWithWhatToConfigure() throws Exception {
		try (Pgbouncer pgbouncer = Pgbouncer.inFrontOf(server, "transaction");
				WatchedBus watched = WatchedBus.create(server, Sources.of(server, server.url(pgbouncer.address())),
						WatchedBus::patient)) {
			watched.awaitProblem(ConnectionState.DEAF, "pgbouncer", "transaction mode", "events.postgres.url");
			assertThat(watched.bus().status().diagnosis()).startsWith("Connected, yet events do not arrive here: ")
				.contains("pgbouncer", "transaction mode", "events.postgres.url", "Delivery was never proven.");
			for (int i = 0; i < 50; i++) {
				watched.bus().publish(watched.otherEvent());
			}
			assertThat(watched.states()).doesNotContain(ConnectionState.LISTENING);
			try (Connection other = Sources.of(server, server.url(pgbouncer.address())).open(new Properties());
					Statement statement = other.createStatement();
					ResultSet rows = statement.executeQuery("SHOW lock_timeout")) {
				rows.next();
				assertThat(rows.getString(1)).as("of everybody who shares the pool").isEqualTo("0");
			}
		}
	}

	/** They belong to whoever uses the pooler next. */
	@ParameterizedTest
	@ValueSource(ints = { 1, 5 })
	void leavesNoListenOnTheSessionsOfATransactionPool(int poolSize) throws Exception {
		try (Pgbouncer pgbouncer = Pgbouncer.inFrontOf(server, "transaction", poolSize);
				Busy busy = new Busy(server, pgbouncer, poolSize)) {
			try (WatchedBus watched = WatchedBus.create(server, Sources.of(server, server.url(pgbouncer.address())),
					UnaryOperator.identity())) {
				watched.awaitProblem(ConnectionState.DEAF, "transaction mode");
				assertThat(busy.registered()).as("while it lives").doesNotContain("events");
				assertThat(watched.states()).doesNotContain(ConnectionState.LISTENING);
				assertThat(watched.bus().subscriptions()).allMatch((subscription) -> !subscription.ready().isDone());
			}
			assertThat(busy.registered()).as("after it was closed").isEmpty();
		}
		assertThat(this.log.messages()).noneMatch((line) -> line.contains("UNLISTEN"));
	}

	@Test
	void poolerInSessionModeWithOneSessionIsNamedAndDeliversWhatOthersPublish() throws Exception {
		try (Pgbouncer pgbouncer = Pgbouncer.inFrontOf(server, "session", 1);
				WatchedBus watched = WatchedBus.create(server, Sources.of(server, server.url(pgbouncer.address())),
						UnaryOperator.identity())) {
			watched.awaitProblem(ConnectionState.DEAF, "session mode", "pool_size", "events.postgres.url");
			watched.awaitReady();
			watched.awaitStraight();
		}
	}

	/** Two of them, which get one another's sessions on the server. */
	@Test
	void publishingGoesThroughPgbouncerWhereOnlyListeningIsGivenTheServerItself() throws Exception {
		try (Pgbouncer pgbouncer = Pgbouncer.inFrontOf(server, "transaction")) {
			UnaryOperator<PostgresEventBus.Builder> publishing = (bus) -> WatchedBus.patient(bus)
				.dataSource(server.dataSource(server.url(pgbouncer.address())));
			try (WatchedBus one = WatchedBus.create(server, Sources.of(server), publishing).start();
					WatchedBus other = WatchedBus.create(server, Sources.of(server), publishing).start()) {
				for (int i = 0; i < 10; i++) {
					one.awaitDelivery();
					other.awaitDelivery();
				}
				for (WatchedBus watched : List.of(one, other)) {
					watched.verify();
					assertThat(watched.through().count(Outcome.FAILED)).isZero();
					assertThat(watched.ledger().gaps()).isEmpty();
				}
			}
		}
	}

	/** The handler's transactions, too: what they set is of the transaction alone. */
	@Test
	void groupsWorkThroughPgbouncerWhereOnlyListeningIsGivenTheServerItself() throws Exception {
		int events = 60;
		try (Pgbouncer pgbouncer = Pgbouncer.inFrontOf(server, "transaction", 3);
				Connection own = server.dataSource(server.url()).getConnection();
				Statement statement = own.createStatement()) {
			statement
				.execute("DROP TABLE IF EXISTS pooled; CREATE TABLE pooled (n bigserial, app text, number integer)");
			PGSimpleDataSource pooled = server.dataSource(server.url(pgbouncer.address()));
			pooled.setPrepareThreshold(0); // pgbouncer before 1.21 knows no prepared
											// statements
			PostgresEventBus bus = PostgresEventBus.builder()
				.listener(Sources.of(server))
				.dataSource(pooled)
				.log(EventLogSettings.builder().partitions(4).build())
				.build();
			try (bus) {
				Subscription subscription = bus.subscribe(SubscriptionFilter.types(EventType.of("pooled.event")),
						SubscriptionOptions.builder().group("pooled").concurrency(3).build(),
						(event) -> handlePooled(bus, pooled, event));
				subscription.ready().get(60, TimeUnit.SECONDS);
				for (int i = 0; i < events; i++) {
					Event event = Event.of(EventType.of("pooled.event"), "app" + i % 3, i);
					if (i % 2 == 0) {
						bus.publish(event);
					}
					else {
						publishPooled(bus, pooled, event);
					}
				}
				EventLog log = bus.capability(EventLog.class).orElseThrow();
				await().atMost(Duration.ofSeconds(60))
					.until(() -> server.query("SELECT count(*) FROM pooled") >= events && log.lag("pooled") == 0);
			}
			assertThat(server.query("SELECT count(*) FROM pooled")).isEqualTo(events);
			assertThat(
					server.query("SELECT count(*) FROM (SELECT number, lag(number) OVER (PARTITION BY app ORDER BY n)"
							+ " AS before FROM pooled) AS o WHERE before > number"))
				.isZero();
			try (Connection other = pooled.getConnection();
					Statement show = other.createStatement();
					ResultSet rows = show.executeQuery("SELECT current_setting('lock_timeout'),"
							+ " current_setting('idle_in_transaction_session_timeout')")) {
				rows.next();
				assertThat(List.of(rows.getString(1), rows.getString(2))).as("of everybody who shares the pool")
					.containsExactly("0", "0");
			}
		}
	}

	private static void publishPooled(PostgresEventBus bus, DataSource pooled, Event event) throws SQLException {
		try (Connection connection = pooled.getConnection()) {
			connection.setAutoCommit(false);
			bus.publisher(connection).publish(event);
			connection.commit();
		}
	}

	private static void handlePooled(PostgresEventBus bus, DataSource pooled, Event event) throws SQLException {
		try (Connection connection = pooled.getConnection();
				PreparedStatement insert = connection
					.prepareStatement("INSERT INTO pooled (app, number) VALUES (?, ?)")) {
			connection.setAutoCommit(false);
			insert.setString(1, event.appId());
			insert.setInt(2, event.payloadAs(Integer.class));
			insert.executeUpdate();
			bus.acknowledge(connection);
			connection.commit();
		}
	}

	@Test
	void pgbouncerInSessionModeIsAsGoodAsNone() throws Exception {
		try (Pgbouncer pgbouncer = Pgbouncer.inFrontOf(server, "session");
				WatchedBus watched = WatchedBus
					.create(server, Sources.of(server, server.url(pgbouncer.address())), UnaryOperator.identity())
					.start()) {
			watched.verify();
			assertThat(watched.ledger().gaps()).isEmpty();
		}
	}

	@Test
	void publishingInAutocommitGoesThroughStatementMode() throws Exception {
		try (Pgbouncer pgbouncer = Pgbouncer.inFrontOf(server, "statement");
				WatchedBus watched = WatchedBus
					.create(server, Sources.of(server),
							(bus) -> WatchedBus.patient(bus)
								.dataSource(server.dataSource(server.url(pgbouncer.address()))))
					.start()) {
			watched.verify();
			assertThat(watched.through().count(Outcome.FAILED)).isZero();
			assertThat(watched.ledger().gaps()).isEmpty();
		}
	}

	@Test
	void optionsOfTheUrlAreRefused() throws Exception {
		try (Pgbouncer pgbouncer = Pgbouncer.inFrontOf(server, "session")) {
			Properties properties = new Properties();
			properties.setProperty("options", "-c statement_timeout=12345");
			assertThatExceptionOfType(SQLException.class)
				.isThrownBy(() -> Sources.of(server, server.url(pgbouncer.address())).open(properties))
				.extracting(SQLException::getSQLState)
				.isEqualTo("08P01");
		}
	}

	/** What pgbouncer does, for machines that have none. */
	@Test
	void whatKeepsNotificationsBackIsFoundOut() throws Exception {
		try (SessionProxy proxy = SessionProxy.inFrontOf(server)) {
			proxy.withhold((type) -> type == 'A' || type == 'K');
			try (WatchedBus watched = WatchedBus.create(server, Sources.of(server, server.url(proxy.address())),
					(bus) -> bus.heartbeat(Duration.ofMinutes(10)))) {
				watched.awaitProblem(ConnectionState.DEAF, "pooler", "events.postgres.url");
				proxy.withhold((type) -> type == 'K');
				watched.start().verify();
			}
		}
	}

	/** It may lead to any of the server's sessions. */
	@Test
	void publishingConnectionThroughAPoolerTakesNotThePlaceOfALostOne() throws Exception {
		List<String> opened = new CopyOnWriteArrayList<>();
		try (SessionProxy proxy = SessionProxy.inFrontOf(server)) {
			proxy.withhold((type) -> type == 'K');
			ConnectionSource source = Sources.of(server, server.url(proxy.address()));
			try (WatchedBus watched = WatchedBus.create(server, (settings) -> {
				opened.add(settings.getProperty("ApplicationName"));
				return source.open(settings);
			}, WatchedBus::patient).start()) {
				assertThat(server.terminate(watched.listenerSession())).isEqualTo(1);
				watched.verify();
				assertThat(opened).filteredOn(watched.listenerSession()::equals).hasSize(2);
			}
		}
	}

	/**
	 * An application that uses the pool's sessions all the time.
	 */
	private static final class Busy implements AutoCloseable {

		private final Set<String> registered = ConcurrentHashMap.newKeySet();

		private final Set<Integer> processes = ConcurrentHashMap.newKeySet();

		private final List<CompletableFuture<Void>> clients = new ArrayList<>();

		private final AtomicInteger rounds = new AtomicInteger();

		private volatile boolean closed;

		Busy(ControlledServer server, Pgbouncer pgbouncer, int clients) {
			ConnectionSource source = Sources.of(server, server.url(pgbouncer.address()));
			for (int i = 0; i < clients; i++) {
				this.clients.add(CompletableFuture.runAsync(() -> run(source), OwnThread.EACH));
			}
		}

		private void run(ConnectionSource source) {
			try (Connection connection = source.open(new Properties());
					Statement statement = connection.createStatement()) {
				while (!this.closed) {
					try (ResultSet rows = statement.executeQuery(
							"SELECT pg_backend_pid()," + " ARRAY(SELECT pg_listening_channels()), pg_sleep(0.005)")) {
						rows.next();
						this.registered.addAll(List.of((String[]) rows.getArray(2).getArray()));
						this.processes.add(rows.getInt(1));
					}
					this.rounds.incrementAndGet();
				}
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex);
			}
		}

		/** What is found on all sessions of the pool from now on, for a while. */
		Set<String> registered() {
			this.registered.clear();
			this.processes.clear();
			int begun = this.rounds.get();
			await().atMost(WatchedBus.LIMIT)
				.until(() -> this.rounds.get() > begun + 100 && this.processes.size() == this.clients.size());
			return Set.copyOf(this.registered);
		}

		@Override
		public void close() {
			this.closed = true;
			this.clients.forEach(CompletableFuture::join);
		}

	}

}
