package dev.pgevents.spring.fault;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;

import javax.sql.DataSource;

import dev.pgevents.SyncTrigger;
import dev.pgevents.SyncTrigger.Cause;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.fault.ControlledServer;
import dev.pgevents.postgres.fault.FaultyNetwork;
import dev.pgevents.spring.SyncOnDomainEvent;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A worker that copies a table whenever it is told to, while rows come in and everything
 * between it and the table fails.
 */
@ExtendWith(OutputCaptureExtension.class)
@SuppressWarnings("try") // rows are inserted meanwhile
class HybridTests {

	private static final Duration LIMIT = Duration.ofSeconds(60);

	private static ControlledServer server;

	private ConfigurableApplicationContext context;

	@BeforeAll
	static void startServer() throws SQLException {
		server = ControlledServer.create().start();
		server.execute("CREATE TABLE item (n int PRIMARY KEY); GRANT SELECT ON item TO " + server.user());
	}

	@AfterAll
	static void stopServer() {
		server.close();
	}

	@AfterEach
	void close() throws SQLException {
		this.context.close();
		server.execute("TRUNCATE item");
	}

	@Test
	void isRightAgainAfterEachFaultOfTheConnectionByTheGapAloneAndAfterTheLastOne() throws Exception {
		try (FaultyNetwork network = FaultyNetwork.inFrontOf(server.url())) {
			Copier copier = start("1h", "events.postgres.url=" + network.url(server.url()),
					"events.postgres.username=" + server.user(), "events.postgres.password=" + server.password());
			List<Fault> faults = List.of(network::cut, () -> network.resetAfter(3), () -> server.terminate("pgevents%"),
					network::halfCloseTowardsClient, () -> {
						network.refuse();
						network.cut();
					});
			long seed = System.nanoTime();
			Random random = new Random(seed);
			try (Inserting inserting = new Inserting(true)) {
				for (int i = 0; i < 15; i++) {
					Fault fault = faults.get(random.nextInt(faults.size()));
					inserting.awaitMore(random.nextInt(20));
					fault.happens();
					inserting.awaitMore(random.nextInt(20));
					network.heal();
				}
				network.refuse();
				network.cut();
				awaitDelivering(false);
				inserting.awaitMore(20);
				int lost = inserting.committed();
				copier.runs.clear();
				network.heal();
				awaitDelivering(true);
				Copier.Run afterTheGap = copier.await((run) -> run.cause() == Cause.GAP);
				assertThat(afterTheGap.rows()).as("seed %d", seed).isGreaterThanOrEqualTo(lost);
			}
			awaitCopied(copier);
		}
	}

	@Test
	void isRightAgainWithTheReconnectionHoweverLongItsInterval() throws Exception {
		Copier copier = start("10m");
		for (int i = 0; i < 10; i++) {
			try (Inserting inserting = new Inserting(false)) { // so that nobody is told
				inserting.awaitMore(10);
			}
			long rows = server.query("SELECT count(*) FROM item");
			// What it did at start may not be over at the first time.
			Cause orAlso = (i == 0) ? Cause.STARTUP : Cause.GAP;
			await().atMost(LIMIT).until(() -> server.terminate("pgevents%listener") == 1);
			copier.await((run) -> run.rows() == rows && (run.cause() == Cause.GAP || run.cause() == orAlso));
		}
		assertThat(copier.runs).extracting(Copier.Run::cause).doesNotContain(Cause.EVENT);
	}

	@Test
	void isRightWithinTheShorterIntervalWhileThereIsNoConnection() throws Exception {
		try (FaultyNetwork network = FaultyNetwork.inFrontOf(server.url())) {
			Copier copier = start("1h", "events.postgres.url=" + network.url(server.url()),
					"events.postgres.username=" + server.user(), "events.postgres.password=" + server.password());
			network.refuse();
			network.cut();
			awaitDelivering(false);
			try (Inserting inserting = new Inserting(true)) {
				inserting.awaitMore(20);
			}
			awaitCopied(copier);
			assertThat(copier.runs).last().extracting(Copier.Run::cause).isEqualTo(Cause.INTERVAL);
		}
	}

	@Test
	void isRightAgainAfterTheServerWasKilledThoughTheTaskFailsMeanwhile() throws Exception {
		Copier copier = start("1h", "spring.datasource.hikari.connection-timeout=250",
				"spring.datasource.hikari.maximum-pool-size=1");
		try (Inserting inserting = new Inserting(true)) {
			inserting.awaitMore(20);
			server.kill();
		}
		await().atMost(LIMIT).until(() -> copier.failures.get() > 1);
		server.start();
		// Maybe before anybody listens again: nobody hears of these.
		try (Inserting inserting = new Inserting(true)) {
			inserting.awaitMore(5);
		}
		awaitCopied(copier);
	}

	@Test
	void isRightWithinAnIntervalWhereEventsAreNotEvenSent(CapturedOutput output) throws Exception {
		Copier copier = start("50ms");
		copier.throwsErrors.set(2);
		try (Inserting inserting = new Inserting(false)) {
			inserting.awaitMore(50);
		}
		awaitCopied(copier);
		assertThat(copier.throwsErrors).hasNonPositiveValue();
		await().atMost(LIMIT).until(() -> output.getAll().contains("working again after 2 failures"));
		assertThat(output.getAll()).containsOnlyOnce("failed, will be tried again with backoff");
		assertThat(copier.runs).extracting(Copier.Run::cause).doesNotContain(Cause.EVENT, Cause.GAP);
	}

	private Copier start(String every, String... properties) {
		SmallApplication application = SmallApplication.with(Copier.class)
			.connectedTo(server.url(), server.user(), server.password())
			.properties("every=" + every, "events.listener.recovery.max-delay=200ms",
					"spring.datasource.hikari.maximum-pool-size=2")
			.properties(properties);
		this.context = application.startAndAwaitDelivery();
		return this.context.getBean(Copier.class);
	}

	private void awaitDelivering(boolean delivering) {
		PostgresEventBus bus = this.context.getBean(PostgresEventBus.class);
		await().atMost(LIMIT).until(() -> bus.isDelivering() == delivering);
	}

	private static void awaitCopied(Copier copier) throws SQLException {
		long rows = server.query("SELECT count(*) FROM item");
		assertThat(rows).isPositive();
		await().atMost(LIMIT).until(() -> copier.copy.size() == rows);
	}

	/** What goes wrong. */
	private interface Fault {

		void happens() throws Exception;

	}

	/** Keeps a copy of the table. */
	static class Copier {

		final List<Run> runs = new CopyOnWriteArrayList<>();

		final AtomicInteger failures = new AtomicInteger();

		final AtomicInteger throwsErrors = new AtomicInteger();

		volatile List<Integer> copy = List.of();

		private final JdbcTemplate jdbc;

		Copier(DataSource dataSource) {
			this.jdbc = new JdbcTemplate(dataSource);
		}

		@SyncOnDomainEvent(types = "item.inserted", every = "${every}")
		void copy(SyncTrigger trigger) {
			if (this.throwsErrors.get() > 0) {
				this.throwsErrors.decrementAndGet();
				throw new AssertionError("deliberate");
			}
			try {
				List<Integer> rows = this.jdbc.queryForList("SELECT n FROM item ORDER BY n", Integer.class);
				this.runs.add(new Run(trigger.cause(), rows.size()));
				this.copy = rows; // whoever sees it finds its run
			}
			catch (RuntimeException ex) {
				this.failures.incrementAndGet();
				throw ex;
			}
		}

		Run await(Predicate<Run> wanted) {
			return Awaitility.await()
				.atMost(LIMIT)
				.until(() -> this.runs.stream().filter(wanted).findFirst(), Optional::isPresent)
				.orElseThrow();
		}

		/** Why, and how many rows there were. */
		record Run(Cause cause, int rows) {

		}

	}

	/** Inserts rows, each with an event or all without, straight at the server. */
	private static final class Inserting implements AutoCloseable {

		private static final String EVENT = "SELECT pg_notify('events', '{\"type\":\"item.inserted\"}')";

		private final AtomicInteger committed = new AtomicInteger();

		private final Thread thread;

		private final boolean withEvents;

		private volatile boolean ended;

		Inserting(boolean withEvents) {
			this.withEvents = withEvents;
			this.thread = new Thread(this::run, "inserting");
			this.thread.start();
		}

		int committed() {
			return this.committed.get();
		}

		void awaitMore(int rows) {
			int before = committed();
			Awaitility.await()
				.pollInterval(Duration.ofMillis(1))
				.atMost(LIMIT)
				.until(() -> committed() >= before + rows);
		}

		private void run() {
			try (Connection connection = server.connect();
					PreparedStatement insert = connection
						.prepareStatement("INSERT INTO item SELECT coalesce(max(n), 0) + 1 FROM item");
					Statement event = connection.createStatement()) {
				connection.setAutoCommit(false);
				while (!this.ended) {
					insert.executeUpdate();
					if (this.withEvents) {
						event.execute(EVENT);
					}
					connection.commit();
					this.committed.incrementAndGet();
				}
			}
			catch (SQLException ex) {
				// The server is gone, and what it has stored is the truth.
				this.ended = true;
			}
		}

		@Override
		public void close() {
			this.ended = true;
			Awaitility.await().atMost(LIMIT).until(() -> !this.thread.isAlive());
		}

	}

}
