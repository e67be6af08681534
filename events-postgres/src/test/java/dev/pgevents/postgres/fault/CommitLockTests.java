package dev.pgevents.postgres.fault;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;

import dev.pgevents.PublishException;
import dev.pgevents.postgres.ConnectionState;
import dev.pgevents.postgres.test.OwnThread;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * A synchronous standby is not there, and a commit that waits for it holds the lock of
 * all commits with NOTIFY.
 */
class CommitLockTests {

	private static ControlledServer server;

	@BeforeAll
	static void startServer() throws SQLException {
		server = ControlledServer.create().start();
		server.execute("CREATE TABLE written (value int)");
	}

	@AfterEach
	void standbyIsNotNeeded() {
		server.set("synchronous_standby_names = ''").reload();
	}

	@AfterAll
	static void closeServer() {
		server.close();
	}

	@Test
	void publishersFailInTheirOwnTimeWithAnErrorThatSaysWhyAndRecover() throws Exception {
		try (WatchedBus watched = WatchedBus.start(server)) {
			CompletableFuture<Void> commit = commitThatWaitsForNobody();
			assertThatExceptionOfType(PublishException.class)
				.isThrownBy(() -> watched.bus().publish(watched.otherEvent()))
				.withMessageContaining("not published")
				.withMessageContaining("lock")
				.withMessageContaining("synchronous_standby_names");
			assertThat(watched.bus().serverStatus().commitLockWaiters()).isPositive();
			assertThat(watched.bus().status().connection().state()).isEqualTo(ConnectionState.LISTENING);
			standbyIsNotNeeded();
			commit.get(WatchedBus.LIMIT.toSeconds(), TimeUnit.SECONDS);
			watched.verify();
			assertThat(watched.ledger().gaps()).isEmpty();
		}
	}

	@Test
	void publishersWhoseConnectionIsAPoolersFailInTheirOwnTimeToo() throws Exception {
		try (SessionProxy proxy = SessionProxy.inFrontOf(server)) {
			proxy.withhold((type) -> type == 'K');
			try (WatchedBus watched = WatchedBus
				.create(server, Sources.of(server, server.url(proxy.address())), UnaryOperator.identity())
				.start()) {
				CompletableFuture<Void> commit = commitThatWaitsForNobody();
				assertThatExceptionOfType(PublishException.class)
					.isThrownBy(() -> watched.bus().publish(watched.otherEvent()))
					.withMessageContaining("synchronous_standby_names");
				standbyIsNotNeeded();
				commit.get(WatchedBus.LIMIT.toSeconds(), TimeUnit.SECONDS);
				watched.verify();
			}
		}
	}

	@Test
	void busThatConnectsMeanwhileListensAndSaysWhyDeliveryIsNotProven() throws Exception {
		try (WatchedBus watched = WatchedBus.start(server)) {
			CompletableFuture<Void> commit = commitThatWaitsForNobody();
			server.terminate(watched.sessions());
			watched.awaitProblem(ConnectionState.DEAF, "not published", "synchronous_standby_names");
			standbyIsNotNeeded();
			commit.get(WatchedBus.LIMIT.toSeconds(), TimeUnit.SECONDS);
			watched.awaitState(ConnectionState.LISTENING);
			watched.verify();
		}
	}

	private static CompletableFuture<Void> commitThatWaitsForNobody() throws SQLException {
		server.set("synchronous_standby_names = 'nobody'").reload();
		await().atMost(WatchedBus.LIMIT)
			.until(() -> server.query(
					"SELECT count(*) FROM pg_settings WHERE name = 'synchronous_standby_names' AND setting = 'nobody'") == 1);
		CompletableFuture<Void> commit = CompletableFuture.runAsync(() -> {
			try (Connection connection = server.connect(); Statement statement = connection.createStatement()) {
				statement.execute("INSERT INTO written VALUES (1); NOTIFY elsewhere");
			}
			catch (SQLException ex) {
				throw new IllegalStateException(ex);
			}
		}, OwnThread.EACH);
		await().atMost(WatchedBus.LIMIT)
			.until(() -> server.query("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'") == 1);
		return commit;
	}

}
