package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.pgevents.Event;
import dev.pgevents.EventHandler;
import dev.pgevents.EventLog;
import dev.pgevents.EventStream;
import dev.pgevents.EventType;
import dev.pgevents.Gap;
import dev.pgevents.GroupStatus;
import dev.pgevents.PublishException;
import dev.pgevents.Subscription;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.SubscriptionOptions;
import dev.pgevents.internal.group.GroupSettings;
import dev.pgevents.postgres.fault.ControlledServer;
import dev.pgevents.postgres.test.CapturedLog;
import dev.pgevents.postgres.test.OwnThread;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.awaitility.Awaitility.await;

/** What keeps an event log working that others have not treated as they should. */
class EventLogMechanicsTests {

	private static final Duration LIMIT = Duration.ofSeconds(30);

	private static final EventType TYPE = EventType.of("epoch.closed");

	/** The session of the one instance: its lock is beyond those of partitions. */
	private static final String LISTENING = "SELECT max(%s)::bigint FROM pg_locks AS l JOIN pg_stat_activity AS a"
			+ " ON a.pid = l.pid WHERE l.locktype = 'advisory' AND l.classid = 'pgevents.event_log'::regclass"
			+ " AND l.objid::bigint > 1024 AND a.application_name LIKE 'pgevents busy%%'";

	@RegisterExtension
	private final CapturedLog log = new CapturedLog("dev.pgevents.internal.group");

	private TestPostgres database;

	@BeforeEach
	void createDatabase() throws Exception {
		this.database = TestPostgres.shared().createDatabase();
	}

	private PostgresEventBus.Builder bus(String name) {
		return PostgresEventBus.builder()
			.name(name)
			.listener(ConnectionSource.url(this.database.url(), this.database.user(), this.database.password()))
			.lockTimeout(Duration.ofSeconds(10))
			.log(EventLogSettings.builder().partitions(8).build());
	}

	@Test
	void sequencesThatAHalfCopiedDatabaseHasLostAreSetAtTheStart() throws Exception {
		try (PostgresEventBus bus = bus("a").build()) {
			BlockingQueue<Event> handled = join(bus, "billing");
			publish(bus, 0, 5);
			assertThat(numbers(handled, 5)).containsExactly(0, 1, 2, 3, 4);
			await().atMost(LIMIT).until(() -> log(bus).lag("billing") == 0);
		}
		for (int part = 0; part <= 8; part++) {
			this.database.execute("ALTER SEQUENCE pgevents.event_position_" + part + " RESTART");
		}
		try (PostgresEventBus bus = bus("b").build()) {
			BlockingQueue<Event> handled = join(bus, "billing");
			publish(bus, 5, 7);
			assertThat(numbers(handled, 2)).containsExactly(5, 6);
			assertThat(this.database.query("SELECT count(DISTINCT pos) FROM pgevents.event_log")).isEqualTo(7);
		}
	}

	@Test
	void sequencesThatTheRoleMayNotSetAreNamed() throws Exception {
		try (PostgresEventBus bus = bus("a").build()) {
			publish(bus, 0, 2);
		}
		for (int part = 0; part <= 8; part++) {
			this.database.execute("ALTER SEQUENCE pgevents.event_position_" + part + " RESTART");
		}
		String role = "r" + System.nanoTime();
		this.database.execute("CREATE ROLE " + role + " LOGIN");
		this.database.execute("GRANT USAGE ON SCHEMA pgevents TO " + role);
		this.database.execute("GRANT SELECT, INSERT, UPDATE ON ALL TABLES IN SCHEMA pgevents TO " + role);
		this.database.execute("GRANT USAGE ON ALL SEQUENCES IN SCHEMA pgevents TO " + role);
		try (PostgresEventBus bus = bus("b").listener(ConnectionSource.url(this.database.url(), role, "")).build()) {
			assertThatIllegalStateException().isThrownBy(bus::initializeEventLog)
				.withMessageContaining("would give positions a second time")
				.withMessageContaining("Let their owner execute SELECT pg_catalog.setval");
		}
	}

	@Test
	void aTakeoverNamesWhoHoldsThePartitionAndComesOnceHeEnds() throws Exception {
		CountDownLatch acknowledged = new CountDownLatch(1);
		CountDownLatch gate = new CountDownLatch(1);
		try (Connection connection = this.database.connect(); PostgresEventBus one = bus("one").build()) {
			connection.setAutoCommit(false);
			join(one, "billing", (event) -> {
				one.acknowledge(connection);
				acknowledged.countDown();
				gate.await();
				connection.commit();
			});
			publish(one, 0, 1);
			assertThat(acknowledged.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
			try (PostgresEventBus two = bus("two").build()) {
				BlockingQueue<Event> handled = join(two, "billing");
				one.suspend();
				await().atMost(LIMIT)
					.untilAsserted(() -> assertThat(this.log.messages())
						.anyMatch((line) -> line.contains("cannot take over from an instance that is gone")
								&& line.contains("is locked by process ") && line.contains("in a transaction since")));
				connection.rollback();
				gate.countDown();
				assertThat(numbers(handled, 1)).containsExactly(0);
			}
		}
	}

	@Test
	void theTransactionOfAHandlerMayNotBeIdleForLong() throws Exception {
		BlockingQueue<String> settings = new LinkedBlockingQueue<>();
		try (Connection connection = this.database.connect();
				PostgresEventBus bus = bus("a").heartbeat(Duration.ofSeconds(3)).build()) {
			AtomicInteger events = new AtomicInteger();
			join(bus, "billing", (event) -> {
				connection.setAutoCommit(false);
				if (events.getAndIncrement() == 1) {
					show(connection, "SET LOCAL idle_in_transaction_session_timeout = '2s'");
				}
				bus.acknowledge(connection);
				settings.add(show(connection, "SHOW idle_in_transaction_session_timeout"));
				connection.commit();
				settings.add(show(connection, "SHOW idle_in_transaction_session_timeout"));
				connection.commit();
			});
			publish(bus, 0, 2);
			for (String expected : List.of("9s", "0", "2s", "0")) {
				assertThat(settings.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isEqualTo(expected);
			}
		}
	}

	private static String show(Connection connection, String sql) throws SQLException {
		try (var statement = connection.createStatement()) {
			if (statement.execute(sql)) {
				try (var rows = statement.getResultSet()) {
					rows.next();
					return rows.getString(1);
				}
			}
			return "";
		}
	}

	@Test
	void ofTwoTransactionsThatTakePartitionsInOppositeOrderOneIsRefusedAndMayBeRepeated() throws Exception {
		try (PostgresEventBus bus = bus("a").build();
				Connection first = this.database.connect();
				Connection second = this.database.connect()) {
			BlockingQueue<Event> handled = join(bus, "billing");
			first.setAutoCommit(false);
			second.setAutoCommit(false);
			bus.publisher(first).publish(Event.of(TYPE, "app", 0));
			bus.publisher(second).publish(Event.of(TYPE, null, 1));
			CompletableFuture<String> one = CompletableFuture.supplyAsync(() -> add(bus, first, null, 2),
					OwnThread.EACH);
			CompletableFuture<String> other = CompletableFuture.supplyAsync(() -> add(bus, second, "app", 3),
					OwnThread.EACH);
			List<String> outcomes = List.of(one.get(LIMIT.toSeconds(), TimeUnit.SECONDS),
					other.get(LIMIT.toSeconds(), TimeUnit.SECONDS));
			assertThat(outcomes).as("one goes on, the other is told").containsExactlyInAnyOrder("committed", "40P01");
			if (outcomes.get(0).equals("committed")) {
				bus.publisher(second).publish(Event.of(TYPE, null, 1));
				assertThat(add(bus, second, "app", 3)).isEqualTo("committed");
			}
			else {
				bus.publisher(first).publish(Event.of(TYPE, "app", 0));
				assertThat(add(bus, first, null, 2)).isEqualTo("committed");
			}
			assertThat(numbers(handled, 4)).containsExactlyInAnyOrder(0, 1, 2, 3);
			await().atMost(LIMIT).until(() -> log(bus).lag("billing") == 0);
			assertThat(handled).isEmpty();
		}
	}

	private static String add(PostgresEventBus bus, Connection connection, String app, int number) {
		try {
			try {
				bus.publisher(connection).publish(Event.of(TYPE, app, number));
				connection.commit();
				return "committed";
			}
			catch (PublishException ex) {
				connection.rollback();
				return ((SQLException) ex.getCause()).getSQLState();
			}
		}
		catch (SQLException ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void anIdleBusWithManyGroupsSendsNothingButHeartbeats() throws Exception {
		try (ControlledServer server = ControlledServer.create("log_statement = all", "log_line_prefix = '<%a> '")
			.start();
				PostgresEventBus bus = bus("idle").heartbeat(Duration.ofMillis(300))
					.listener(ConnectionSource.url(server.url(), server.user(), ""))
					.build()) {
			for (int group = 0; group < 16; group++) {
				join(bus, "group" + group);
			}
			publish(bus, 0, 1);
			await().atMost(LIMIT)
				.until(() -> log(bus).groups().stream().allMatch((group) -> group.lag() == 0 && isOwned(group)));
			// What the groups have begun before may still come to its end.
			await().atMost(LIMIT).until(() -> areHeartbeats(last(statements(server), 2)));
			int before = statements(server).size();
			await().atMost(LIMIT).until(() -> statements(server).size() >= before + 6);
			List<String> all = statements(server);
			List<String> since = all.subList(before, all.size());
			assertThat(areHeartbeats(since)).as("only heartbeats in %s", since).isTrue();
		}
	}

	private static boolean areHeartbeats(List<String> statements) {
		return statements.stream().allMatch((statement) -> statement.contains("pg_listening_channels"));
	}

	private static List<String> last(List<String> all, int count) {
		return all.subList(Math.max(0, all.size() - count), all.size());
	}

	private static boolean isOwned(GroupStatus group) {
		return group.partitions().stream().allMatch((partition) -> partition.owner() != null);
	}

	/** Those of the bus, but for what this test asks through it. */
	private static List<String> statements(ControlledServer server) {
		return server.log().lines().filter((line) -> line.startsWith("<pgevents idle")).toList();
	}

	@Test
	void heartbeatsKeepASessionAliveThatOnlyHears() throws Exception {
		try (PostgresEventBus bus = bus("busy").heartbeat(Duration.ofMillis(300)).build();
				PostgresEventBus publisher = bus("publisher").build()) {
			BlockingQueue<Event> handled = join(bus, "billing");
			await().atMost(LIMIT)
				.until(() -> this.database.query("SELECT count(DISTINCT owner) FROM pgevents.event_cursor") == 1);
			long session = this.database.query(LISTENING.formatted("l.pid"));
			Set<Long> beats = new HashSet<>();
			// Five take longer than the server lets a session be idle, which is three.
			await().atMost(LIMIT).pollInterval(Duration.ofMillis(10)).until(() -> {
				publisher.publish(Event.of(TYPE, "app", 1));
				// Traffic on every channel, the instances' own among them.
				this.database.execute("NOTIFY pgevents_log_control");
				assertThat(handled.poll(LIMIT.toSeconds(), TimeUnit.SECONDS)).isNotNull();
				assertThat(this.database.query(LISTENING.formatted("l.pid"))).as("the session is the same")
					.isEqualTo(session);
				beats.add(this.database.query(LISTENING.formatted("extract(epoch FROM a.state_change) * 1000")));
				return beats.size() >= 5;
			});
		}
	}

	@Test
	void hearingOfPartitionsOfOthersCostsOneStatementEachQuarterOfASecondForAllGroups() throws Exception {
		try (ControlledServer server = ControlledServer.create("log_statement = all", "log_line_prefix = '<%a> '")
			.start();
				PostgresEventBus owner = bus("owner").listener(ConnectionSource.url(server.url(), server.user(), ""))
					.build();
				PostgresEventBus idle = bus("idle").listener(ConnectionSource.url(server.url(), server.user(), ""))
					.build()) {
			for (int group = 0; group < 4; group++) {
				join(owner, "group" + group);
				join(idle, "group" + group);
			}
			await().atMost(LIMIT)
				.until(() -> log(owner).groups()
					.stream()
					.allMatch(
							(group) -> group.partitions().stream().map((one) -> one.owner()).distinct().count() == 2));
			long start = System.nanoTime();
			int before = looks(server);
			int shares = shares(server);
			await().atMost(LIMIT).until(() -> {
				// Of enough apps for partitions of either.
				for (int app = 0; app < 20; app++) {
					owner.publish(Event.of(TYPE, "app" + app, 1));
				}
				return looks(server) >= before + 4;
			});
			int looked = looks(server) - before;
			long quarters = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start) / 250;
			assertThat((long) looked).isLessThanOrEqualTo(quarters + 2);
			assertThat(shares(server)).isEqualTo(shares);
		}
	}

	private static int looks(ControlledServer server) {
		return (int) statements(server).stream().filter((line) -> line.contains("SELECT DISTINCT c.grp")).count();
	}

	private static int shares(ControlledServer server) {
		return (int) statements(server).stream().filter((line) -> line.contains("SET name = name")).count();
	}

	/** Positions follow each other only for those who hear of all types and apps. */
	@ParameterizedTest
	@ValueSource(strings = { "type", "app" })
	void groupsListenToAllChannelsWhateverTheyAskFor(String by) throws Exception {
		EventType other = EventType.of("epoch.opened");
		ChannelStrategy channels = by.equals("type") ? ChannelStrategy.perType("by_type", List.of(TYPE, other))
				: ChannelStrategy.perApp("by_app", 4);
		try (PostgresEventBus bus = bus("a").channels(channels).build()) {
			BlockingQueue<Event> handled = new LinkedBlockingQueue<>();
			join(bus, "billing", SubscriptionFilter.types(TYPE).andApps("app"), handled::add);
			for (int i = 0; i < 20; i++) {
				bus.publish(Event.of((i % 2 == 0) ? TYPE : other, "app", i));
				bus.publish(Event.of(TYPE, "other app", -1));
			}
			assertThat(numbers(handled, 10)).containsExactly(0, 2, 4, 6, 8, 10, 12, 14, 16, 18);
			assertThat(bus.status().channels()).containsAll(channels.channelsOf(SubscriptionFilter.all()));
			await().atMost(LIMIT).until(() -> log(bus).lag("billing") == 0);
			assertThat(handled).isEmpty();
		}
	}

	/** What the log has was put there by a role that may; a signature says no more. */
	@Test
	void whereEventsAreSignedGroupsHandleWhatTheLogHas() throws Exception {
		try (PostgresEventBus bus = bus("a").signing(SigningKey.of("0123456789abcdef0123456789abcdef")).build();
				EventStream stream = bus.open(SubscriptionFilter.all())) {
			BlockingQueue<Event> handled = join(bus, "billing");
			stream.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			publish(bus, 0, 1);
			this.database.execute("SELECT pgevents.event_publish('epoch.closed', 'app', '1')");
			bus.publish(Event.of(TYPE, "app", "x".repeat(20_000)));
			publish(bus, 2, 3);
			assertThat(numbers(handled, 2)).containsExactly(0, 1);
			assertThat(handled.poll(LIMIT.toSeconds(), TimeUnit.SECONDS).payloadAs(String.class)).hasSize(20_000);
			assertThat(numbers(handled, 1)).containsExactly(2);
			assertThat(((Event) stream.poll(LIMIT)).payloadAs(Integer.class)).isZero();
			assertThat(stream.poll(LIMIT)).as("broadcast handlers get what is signed").isInstanceOf(Gap.class);
			assertThat(((Event) stream.poll(LIMIT)).payloadAs(String.class)).hasSize(20_000);
			assertThat(((Event) stream.poll(LIMIT)).payloadAs(Integer.class)).isEqualTo(2);
		}
	}

	@Test
	void aLargeEventIsReadBesideTheThreadThatListens() throws Exception {
		try (PostgresEventBus bus = bus("a").build();
				EventStream stream = bus.open(SubscriptionFilter.all());
				Connection blocker = this.database.connect()) {
			BlockingQueue<Event> handled = join(bus, "billing");
			stream.ready().get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			publish(bus, 0, 1);
			assertThat(numbers(handled, 1)).containsExactly(0);
			assertThat(stream.poll(LIMIT)).isInstanceOf(Event.class);
			await().atMost(LIMIT).until(() -> log(bus).lag("billing") == 0);
			blocker.setAutoCommit(false);
			blocker.createStatement().execute("LOCK TABLE pgevents.event_partition");
			bus.publish(Event.of(TYPE, null, "x".repeat(20_000)));
			bus.publish(Event.of(TYPE, "app", 1));
			assertThat(numbers(handled, 1)).as("groups do not wait").containsExactly(1);
			assertThat(bus.status().connection().state()).isEqualTo(ConnectionState.LISTENING);
			blocker.rollback();
			assertThat(((Event) stream.poll(LIMIT)).payloadAs(String.class)).as("order is kept").hasSize(20_000);
			assertThat(((Event) stream.poll(LIMIT)).payloadAs(Integer.class)).isEqualTo(1);
			assertThat(handled.poll(LIMIT.toSeconds(), TimeUnit.SECONDS).payloadAs(String.class)).hasSize(20_000);
		}
	}

	@Test
	void handlersOfGroupsAreWaitedForTogetherWhenTheBusCloses() throws Exception {
		CountDownLatch running = new CountDownLatch(3);
		AtomicInteger ended = new AtomicInteger();
		CountDownLatch closing = new CountDownLatch(1);
		try (PostgresEventBus bus = bus("a").build()) {
			for (int i = 0; i < 3; i++) {
				join(bus, "group" + i, (event) -> {
					running.countDown();
					closing.await();
					ended.incrementAndGet();
				});
			}
			publish(bus, 0, 1);
			assertThat(running.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
			List<Subscription> subscriptions = List.copyOf(bus.subscriptions());
			CompletableFuture<Void> close = CompletableFuture.runAsync(bus::close, OwnThread.EACH);
			// Each is closed though none has ended.
			await().atMost(LIMIT).until(() -> bus.subscriptions().isEmpty());
			assertThat(subscriptions).hasSize(3);
			closing.countDown();
			close.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
			assertThat(ended).hasValue(3);
		}
	}

	@Test
	void anAppWithManyHeldEventsHoldsUpNobodyElse() throws Exception {
		try (PostgresEventBus bus = bus("a")
			.log(EventLogSettings.builder().partitions(1).retry(1, GroupSettings.DEFAULT_RETRY).build())
			.build()) {
			BlockingQueue<Event> handled = new LinkedBlockingQueue<>();
			AtomicInteger poison = new AtomicInteger(1);
			CountDownLatch published = new CountDownLatch(1);
			join(bus, "billing", (event) -> {
				int number = event.payloadAs(Integer.class);
				if (poison.get() == 1 && number == 0) {
					throw new IllegalStateException("poison");
				}
				// No sooner are the others done than the event of another app is there.
				assertThat(number != 1 || published.await(LIMIT.toSeconds(), TimeUnit.SECONDS)).isTrue();
				handled.add(event);
			});
			for (int i = 0; i < 200; i++) {
				bus.publishAsync(Event.of(TYPE, "poisoned", i));
			}
			bus.publish(Event.of(TYPE, "poisoned", 200));
			await().atMost(LIMIT).until(() -> log(bus).groups().get(0).held() == 200);
			poison.set(0);
			log(bus).redrive("billing");
			assertThat(numbers(handled, 1)).containsExactly(0);
			bus.publish(Event.of(TYPE, "well", 1000));
			published.countDown();
			List<Integer> numbers = numbers(handled, 201);
			assertThat(numbers).contains(1000);
			assertThat(numbers.indexOf(1000)).as("its turn comes before those of the other app").isLessThan(190);
			numbers.remove(Integer.valueOf(1000));
			assertThat(numbers).isSorted();
		}
	}

	private static EventLog log(PostgresEventBus bus) {
		return bus.capability(EventLog.class).orElseThrow();
	}

	private static void publish(PostgresEventBus bus, int from, int to) {
		for (int i = from; i < to; i++) {
			bus.publish(Event.of(TYPE, "app", i));
		}
	}

	private static BlockingQueue<Event> join(PostgresEventBus bus, String group) {
		BlockingQueue<Event> handled = new LinkedBlockingQueue<>();
		join(bus, group, handled::add);
		return handled;
	}

	private static void join(PostgresEventBus bus, String group, EventHandler handler) {
		join(bus, group, SubscriptionFilter.all(), handler);
	}

	private static void join(PostgresEventBus bus, String group, SubscriptionFilter filter, EventHandler handler) {
		bus.subscribe(filter,
				SubscriptionOptions.builder().group(group).concurrency(4).errorHandler((sub, delivery, error) -> {
				}).build(), handler)
			.ready()
			.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS)
			.join();
	}

	private static List<Integer> numbers(BlockingQueue<Event> queue, int count) throws InterruptedException {
		List<Integer> numbers = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			Event event = queue.poll(LIMIT.toSeconds(), TimeUnit.SECONDS);
			assertThat(event).as("after %s", numbers).isNotNull();
			numbers.add(event.payloadAs(Integer.class));
		}
		return numbers;
	}

}
