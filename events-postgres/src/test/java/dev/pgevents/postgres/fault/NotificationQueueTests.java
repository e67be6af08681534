package dev.pgevents.postgres.fault;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.TimeUnit;

import dev.pgevents.Event;
import dev.pgevents.PublishException;
import dev.pgevents.SubscriptionFilter;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.PostgresEventBus;
import dev.pgevents.postgres.fault.Published.Outcome;
import dev.pgevents.postgres.test.CapturedLog;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/** A session that listens sits in a transaction, and the server's queue grows. */
class NotificationQueueTests {

	private static final String FILLING = "once it is full every NOTIFY fails";

	private static final String AGAIN = " % full again";

	private static ControlledServer server;

	@RegisterExtension
	private final CapturedLog log = new CapturedLog(PostgresEventBus.class.getName());

	@BeforeAll
	static void startServer() {
		server = ControlledServer.create("max_notify_queue_pages = 64").start();
	}

	private long logged(String text) {
		return this.log.messages().stream().filter((line) -> line.contains(text)).count();
	}

	@AfterAll
	static void closeServer() {
		server.close();
	}

	@Test
	void fullQueueFailsPublishersWithAnErrorThatSaysSoAndNothingElse() throws Exception {
		try (WatchedBus watched = WatchedBus.start(server)) {
			try (Connection stuck = sittingInATransaction()) {
				PublishException failure = publishUntilItFails(watched);
				assertThat(failure).hasMessageContaining("not published")
					.hasMessageContaining("notification queue is full")
					.hasMessageContaining("pg_stat_activity");
				long failed = watched.through().count(Outcome.FAILED);
				await().atMost(WatchedBus.LIMIT).until(() -> watched.through().count(Outcome.FAILED) > failed);
				assertThat(watched.through().count(Outcome.UNKNOWN)).as("all but the one under way").isLessThan(2);
				assertThat(watched.bus().serverStatus().queueUsage()).isGreaterThan(0.9);
				await().atMost(WatchedBus.LIMIT).until(() -> logged(FILLING) == 1);
				assertThat(watched.bus().status().connection().state()).isEqualTo(ConnectionState.LISTENING);
				watched.bus().subscribe(SubscriptionFilter.types("other"), (event) -> {
				}).ready().get(WatchedBus.LIMIT.toSeconds(), TimeUnit.SECONDS);
				stuck.rollback();
				watched.awaitDelivery();
			}
			watched.verify();
			assertThat(watched.ledger().gaps()).isEmpty();
			assertThat(watched.states()).containsOnlyOnce(ConnectionState.LISTENING);
			await().atMost(WatchedBus.LIMIT).until(() -> logged(AGAIN) == 1);
			assertThat(logged(FILLING)).as("said once").isEqualTo(1);
		}
	}

	/** PostgreSQL itself would leave it full for ever. */
	@Test
	void heartbeatEmptiesAQueueThatWasFullForOtherClientsToo() throws Exception {
		try (WatchedBus watched = WatchedBus.create(server); Connection notifier = server.connect()) {
			watched.awaitState(ConnectionState.LISTENING);
			try (Connection stuck = sittingInATransaction(); Statement statement = notifier.createStatement()) {
				while (canNotify(statement)) {
					assertThat(stuck.isClosed()).isFalse();
				}
			}
			try (Statement statement = notifier.createStatement()) {
				await().atMost(WatchedBus.LIMIT).until(() -> canNotify(statement));
			}
			watched.start().verify();
		}
	}

	private static boolean canNotify(Statement statement) throws SQLException {
		try {
			statement.execute("SELECT pg_notify('elsewhere', repeat('x', 7000))");
			return true;
		}
		catch (SQLException ex) {
			assertThat(ex.getSQLState()).isEqualTo("54000");
			return false;
		}
	}

	@Test
	void longTransactionOfASessionThatListensDisturbsNobody() throws Exception {
		try (WatchedBus watched = WatchedBus.create(server, Sources.of(server), WatchedBus::patient).start()) {
			try (Connection stuck = sittingInATransaction()) {
				for (int i = 0; i < 5; i++) {
					watched.bus().publish(largeEvent(watched));
					watched.awaitDelivery();
				}
				assertThat(watched.bus().serverStatus().queueUsage()).isPositive();
				stuck.rollback();
			}
			watched.verify();
			assertThat(watched.ledger().gaps()).isEmpty();
			assertThat(watched.through().count(Outcome.FAILED)).isZero();
		}
	}

	private static Connection sittingInATransaction() throws SQLException {
		Connection connection = server.connect();
		try (Statement statement = connection.createStatement()) {
			statement.execute("LISTEN events");
			connection.setAutoCommit(false);
			statement.execute("SELECT 1");
		}
		return connection;
	}

	private static PublishException publishUntilItFails(WatchedBus watched) {
		while (true) {
			try {
				watched.bus().publish(largeEvent(watched));
			}
			catch (PublishException ex) {
				return ex;
			}
		}
	}

	private static Event largeEvent(WatchedBus watched) {
		return Event.builder(watched.otherEvent().type()).payload("x".repeat(7000)).build();
	}

}
