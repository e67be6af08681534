package dev.pgevents.postgres;

import java.sql.Connection;
import java.sql.Savepoint;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;

import dev.pgevents.Event;
import dev.pgevents.PublishException;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.GroupProcess.Role;
import dev.pgevents.postgres.fault.ControlledServer;
import dev.pgevents.postgres.fault.ControlledServer.Stop;
import dev.pgevents.postgres.fault.FaultyNetwork;
import dev.pgevents.postgres.test.OwnThread;
import dev.pgevents.postgres.test.TestPostgres;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postgresql.ds.PGSimpleDataSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** What becomes of the invariant of {@link GroupScenario} under faults. */
@Tag("long")
class EventLogFaultTests {

	private static final Duration LIMIT = GroupScenario.LIMIT;

	private PGSimpleDataSource database;

	private TestPostgres test;

	private GroupScenario scenario;

	private PostgresEventBus publisher;

	@BeforeEach
	void begin() throws Exception {
		this.test = TestPostgres.shared().createDatabase();
		this.database = this.test.dataSource();
		this.scenario = new GroupScenario(this.database);
		this.publisher = this.scenario.bus("publisher", UnaryOperator.identity());
	}

	@AfterEach
	void end() {
		this.scenario.close();
	}

	@Test
	void aPublisherIsKilledAfterOneCommitAndBeforeAnother() throws Exception {
		this.scenario.instance("one");
		try (GroupProcess process = GroupProcess.start(this.database, "child", Role.PUBLISHER)) {
			process.await("published").signal("KILL");
			process.awaitEnd();
		}
		await().atMost(LIMIT).until(() -> this.scenario.handled() == 1);
		try (Connection connection = this.scenario.connect()) {
			connection.setAutoCommit(false);
			GroupScenario.publish(this.publisher, connection, "open", 2);
			connection.commit();
		}
		this.scenario.verify();
		assertThat(this.scenario.handled()).isEqualTo(2);
	}

	@Test
	void writersCommitInAnyOrderStayOpenAndRollBack() throws Exception {
		long seed = System.nanoTime();
		this.scenario.instance("one");
		this.scenario.instance("two");
		List<CompletableFuture<Void>> writers = new ArrayList<>();
		for (int i = 0; i < 6; i++) {
			String app = "app" + i;
			Random random = new Random(seed + i);
			writers.add(CompletableFuture.runAsync(() -> write(app, random), OwnThread.EACH));
		}
		for (CompletableFuture<Void> writer : writers) {
			writer.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
		}
		this.scenario.verify();
	}

	private void write(String app, Random random) {
		try (Connection connection = this.scenario.connect()) {
			connection.setAutoCommit(false);
			int number = 0;
			for (int transaction = 0; transaction < 40; transaction++) {
				int first = number;
				GroupScenario.publish(this.publisher, connection, app, number++);
				Savepoint savepoint = connection.setSavepoint();
				GroupScenario.publish(this.publisher, connection, app, number);
				if (random.nextBoolean()) {
					connection.rollback(savepoint);
				}
				else {
					number++;
				}
				try (var statement = connection.createStatement()) {
					statement.execute("SELECT pg_sleep(" + random.nextInt(20) / 1000.0 + ")");
				}
				if (random.nextInt(3) == 0) {
					connection.rollback();
					number = first;
				}
				else {
					connection.commit();
				}
			}
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "HANDLER", "HANDLER_THAT_WAITS", "HANDLER_THAT_WAITS_TO_COMMIT" })
	void anOwnerIsKilled(Role role) throws Exception {
		try (GroupProcess process = GroupProcess.start(this.database, "child", role)) {
			process.await("ready");
			if (role == Role.HANDLER) {
				this.scenario.publish(this.publisher, 10, 0, 3);
			}
			else {
				this.scenario.publish(this.publisher, 10, 0, 3);
				process.await("waiting");
			}
			this.scenario.instance("one");
			process.signal("KILL");
			this.scenario.publish(this.publisher, 10, 3, 6);
			this.scenario.verify();
		}
	}

	@Test
	void anOwnerIsTerminatedAndGivesUpAtOnce() throws Exception {
		try (GroupProcess process = GroupProcess.start(this.database, "child", Role.HANDLER)) {
			process.await("ready");
			this.scenario.instance("one");
			this.scenario.publish(this.publisher, 10, 0, 3);
			process.signal("TERM");
			this.scenario.publish(this.publisher, 10, 3, 6);
			process.awaitEnd();
			this.scenario.publish(this.publisher, 10, 6, 9);
			this.scenario.verify();
		}
	}

	@ParameterizedTest
	@EnumSource(names = { "HANDLER_THAT_WAITS", "HANDLER_THAT_WAITS_TO_COMMIT" })
	void anOwnerIsStoppedBeyondItsSessionAndGoesOnInTheMiddleOfItsTransaction(Role role) throws Exception {
		try (GroupProcess process = GroupProcess.start(this.database, "child", role)) {
			process.await("ready");
			this.scenario.publish(this.publisher, 10, 0, 3);
			process.await("waiting").signal("STOP");
			this.scenario.instance("one");
			this.scenario.publish(this.publisher, 10, 3, 6);
			this.scenario.verify();
			process.signal("CONT");
			process.goOn();
			if (role == Role.HANDLER_THAT_WAITS_TO_COMMIT) {
				process.await("went on");
			}
			this.scenario.publish(this.publisher, 10, 6, 9);
			this.scenario.verify();
		}
	}

	@Test
	void theNetworkBetweenAnOwnerAndTheServerIsSilent() throws Exception {
		try (FaultyNetwork network = FaultyNetwork.inFrontOf(this.database.getUrl())) {
			PGSimpleDataSource behind = this.test.dataSource();
			behind.setUrl(network.url(this.database.getUrl()));
			PostgresEventBus.Builder settings = GroupScenario.builder(behind, "cut");
			settings.networkTimeout = Duration.ofSeconds(2);
			try (PostgresEventBus cut = settings.build()) {
				GroupScenario.ready(GroupScenario.join(cut, behind, "cut", (event) -> {
				}));
				this.scenario.publish(this.publisher, 10, 0, 3);
				this.scenario.instance("one");
				network.blackHole();
				this.scenario.publish(this.publisher, 10, 3, 6);
				this.scenario.verify();
				network.heal();
				this.scenario.publish(this.publisher, 10, 6, 9);
				this.scenario.verify();
			}
		}
	}

	@ParameterizedTest
	@EnumSource
	void theServerIsStoppedAndStartedAgain(Stop how) throws Exception {
		try (ControlledServer server = ControlledServer.create().start();
				GroupScenario own = new GroupScenario(server.dataSource(server.url()))) {
			PostgresEventBus bus = own.bus("publisher", UnaryOperator.identity());
			own.instance("one");
			own.instance("two");
			own.publish(bus, 10, 0, 3);
			server.stop(how);
			server.start();
			await().atMost(LIMIT).ignoreExceptions().until(() -> {
				own.publish(bus, 10, 3, 4);
				return true;
			});
			own.publish(bus, 10, 4, 6);
			own.verify();
		}
	}

	@Test
	void aStandbyTakesOverThatMissesTheLastCommits() throws Exception {
		try (ControlledServer primary = ControlledServer.create().start();
				ControlledServer standby = primary.standby()) {
			String url = primary.url(primary.address(), standby.address()) + "?targetServerType=primary";
			try (GroupScenario own = new GroupScenario(primary.dataSource(url))) {
				PostgresEventBus bus = own.bus("publisher", UnaryOperator.identity());
				own.instance("one");
				own.instance("two");
				own.publish(bus, 10, 0, 3);
				own.verify();
				await().atMost(LIMIT)
					.until(() -> standby.query("SELECT count(*) FROM pg_stat_activity") > 0
							&& primary.query("SELECT count(*) FROM pg_stat_replication WHERE replay_lsn"
									+ " >= pg_current_wal_lsn()") == 1);
				standby.set("primary_conninfo = 'host=127.0.0.1 port=1'");
				standby.reload();
				await().atMost(LIMIT).until(() -> primary.query("SELECT count(*) FROM pg_stat_replication") == 0);
				own.publish(bus, 10, 100, 103);
				own.verify();
				assertThat(own.handled()).isEqualTo(60);
				primary.kill();
				standby.promote();
				await().atMost(LIMIT).until(() -> own.handled() == 30);
				await().atMost(LIMIT).ignoreExceptions().until(() -> {
					own.publish(bus, 10, 3, 4);
					return true;
				});
				own.publish(bus, 10, 4, 8);
				own.verify();
				assertThat(own.handled()).isEqualTo(80);
			}
		}
	}

	@Test
	void instancesComeAndGoAtRandom() throws Exception {
		long seed = System.nanoTime();
		Random random = new Random(seed);
		AtomicBoolean ended = new AtomicBoolean();
		CompletableFuture<Integer> publishing = CompletableFuture.supplyAsync(() -> publishUntil(ended),
				OwnThread.EACH);
		List<PostgresEventBus> instances = new ArrayList<>();
		for (int step = 0; step < 40; step++) {
			if (instances.size() < 10 && (instances.isEmpty() || random.nextInt(5) > 1)) {
				String name = "i" + step;
				PostgresEventBus bus = this.scenario.bus(name, UnaryOperator.identity());
				GroupScenario.join(bus, this.database, name, (event) -> {
				});
				instances.add(bus);
			}
			else {
				instances.remove(random.nextInt(instances.size())).close();
			}
		}
		ended.set(true);
		assertThat(publishing.get(LIMIT.toSeconds(), TimeUnit.SECONDS)).as("seed %d", seed).isPositive();
		this.scenario.instance("last");
		this.scenario.verify();
	}

	private int publishUntil(AtomicBoolean ended) {
		int number = 0;
		try {
			while (!ended.get()) {
				this.scenario.publish(this.publisher, 20, number, number + 1);
				number++;
			}
			return number;
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	@Test
	void aProcessThatKnowsNothingOfTheLogSharesTheChannels() throws Exception {
		PostgresEventBus older = this.scenario.bus("older", (settings) -> settings.log(null));
		AtomicInteger heard = new AtomicInteger();
		GroupScenario
			.ready(older.subscribe(SubscriptionFilter.types(GroupScenario.TYPE), (event) -> heard.incrementAndGet()));
		this.scenario.instance("one");
		this.scenario.publish(this.publisher, 5, 0, 4);
		older.publish(Event.of(GroupScenario.TYPE, "app0", 99));
		this.scenario.publish(this.publisher, 5, 4, 6);
		this.scenario.verify();
		await().atMost(LIMIT).until(() -> heard.get() == 31);
		assertThat(older.status().notifications().unreadable()).isZero();
	}

	@Test
	void aHandlerFailsForOneAppOnlyUntilItIsRedriven() throws Exception {
		AtomicBoolean broken = new AtomicBoolean(true);
		for (String name : List.of("one", "two")) {
			this.scenario.instance(name, UnaryOperator.identity(), (event) -> {
				if (broken.get() && "app3".equals(event.appId())) {
					throw new IllegalStateException("app3 is broken");
				}
			});
		}
		this.scenario.publish(this.publisher, 10, 0, 5);
		await().atMost(LIMIT).until(() -> this.scenario.handled() == 45);
		await().atMost(LIMIT).until(() -> GroupScenario.log(this.publisher).parked(GroupScenario.GROUP).size() == 1);
		this.scenario.publish(this.publisher, 10, 5, 7);
		broken.set(false);
		assertThat(GroupScenario.log(this.publisher).redrive(GroupScenario.GROUP)).isEqualTo(1);
		this.scenario.verify();
	}

	@Test
	void aGroupIsRewoundWhileItRuns() throws Exception {
		this.scenario.instance("one");
		this.scenario.instance("two");
		Instant start = Instant.now().minusSeconds(3600);
		this.scenario.publish(this.publisher, 10, 0, 5);
		this.scenario.verify();
		this.scenario.execute("DELETE FROM effects");
		AtomicBoolean ended = new AtomicBoolean();
		CompletableFuture<Void> rewinding = CompletableFuture.runAsync(() -> {
			GroupScenario.log(this.publisher).rewind(GroupScenario.GROUP, start);
			ended.set(true);
		}, OwnThread.EACH);
		this.scenario.publish(this.publisher, 10, 5, 10);
		rewinding.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
		await().atMost(LIMIT)
			.until(() -> this.scenario
				.query("SELECT count(*) FROM (SELECT DISTINCT app, number FROM effects) AS e") == 100);
		await().atMost(LIMIT).until(() -> GroupScenario.log(this.publisher).lag(GroupScenario.GROUP) == 0);
		assertThat(this.scenario.query("SELECT count(*) FROM (SELECT number, lag(number) OVER (PARTITION BY app"
				+ " ORDER BY n) AS before FROM (SELECT app, number, max(n) AS n FROM effects GROUP BY app, number)"
				+ " AS l) AS o WHERE before > number"))
			.as("the last pass is in order")
			.isZero();
	}

	@Test
	void clocksOfProcessesGoWrong() throws Exception {
		AtomicInteger offset = new AtomicInteger(3600);
		Clock wrong = new Clock() {

			@Override
			public Instant instant() {
				return Instant.now().plusSeconds(offset.get());
			}

			@Override
			public ZoneId getZone() {
				return ZoneOffset.UTC;
			}

			@Override
			public Clock withZone(ZoneId zone) {
				return this;
			}

		};
		PostgresEventBus ahead = this.scenario.bus("ahead", (settings) -> {
			settings.clock = wrong;
			return settings;
		});
		this.scenario.instance("one", (settings) -> {
			settings.clock = wrong;
			return settings;
		}, (event) -> {
		});
		this.scenario.instance("two");
		this.scenario.publish(ahead, 10, 0, 3);
		offset.set(-7200);
		this.scenario.publish(ahead, 10, 3, 6);
		this.scenario.verify();
	}

	@Test
	void anEventOfAMegabyteIsOneOfManyInOrder() throws Exception {
		this.scenario.instance("one");
		this.scenario.publish(this.publisher, 3, 0, 5);
		this.publisher.publish(Event.of(GroupScenario.TYPE, "app1", "x".repeat((1 << 20) - 400)));
		this.scenario.publish(this.publisher, 3, 5, 8);
		await().atMost(LIMIT).until(() -> GroupScenario.log(this.publisher).parked(GroupScenario.GROUP).size() == 1);
		Event large = GroupScenario.log(this.publisher).parked(GroupScenario.GROUP).get(0).event();
		assertThat(large.payloadAs(String.class)).hasSize((1 << 20) - 400);
		assertThat(GroupScenario.log(this.publisher).skip(GroupScenario.GROUP, large.id())).isTrue();
		this.scenario.verify();
	}

	@Test
	void whatAFullQueueHasAcceptedIsHandledAndNothingElse() throws Exception {
		PostgresEventBus small = this.scenario.bus("small",
				(settings) -> settings.queueCapacity(5).publishTimeout(Duration.ofMillis(200)));
		this.scenario.instance("one");
		small.publish(Event.of(GroupScenario.TYPE, "app", 0));
		this.scenario.execute("INSERT INTO published VALUES ('app', 0)");
		try (Connection holder = this.scenario.connect()) {
			holder.setAutoCommit(false);
			GroupScenario.publish(this.publisher, holder, "app", -1);
			List<CompletableFuture<Void>> futures = new ArrayList<>();
			for (int i = 1; i <= 12; i++) {
				futures.add(accept(small, i));
			}
			holder.rollback();
			int accepted = 0;
			for (int i = 0; i < futures.size(); i++) {
				if (isSent(futures.get(i))) {
					this.scenario.execute("INSERT INTO published VALUES ('app', " + (i + 1) + ")");
					accepted++;
				}
			}
			assertThat(accepted).isBetween(1, 11);
		}
		this.scenario.verify();
	}

	private static CompletableFuture<Void> accept(PostgresEventBus bus, int number) {
		try {
			return bus.publishAsync(Event.of(GroupScenario.TYPE, "app", number));
		}
		catch (PublishException ex) {
			return CompletableFuture.failedFuture(ex);
		}
	}

	private static boolean isSent(CompletableFuture<Void> future) {
		try {
			future.orTimeout(LIMIT.toSeconds(), TimeUnit.SECONDS).join();
			return true;
		}
		catch (RuntimeException ex) {
			assertThat(ex.getCause()).isInstanceOfSatisfying(PublishException.class,
					(failure) -> assertThat(failure.outcome()).isEqualTo(PublishException.Outcome.NOT_PUBLISHED));
			return false;
		}
	}

}
