package dev.pgevents.postgres.fault;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

import dev.pgevents.PublishException;
import dev.pgevents.postgres.ConnectionSource;
import dev.pgevents.postgres.ConnectionState;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/** The server is there and does not let the bus in, or not for long. */
class RefusedConnectionTests {

	private static final String OLD = "0ld";

	private static final String NEW = "n3w";

	@Test
	void rotatedPasswordIsTakenUpAtTheNextAttempt() throws Exception {
		try (ControlledServer server = ControlledServer.create().start()) {
			server.requirePassword(OLD);
			AtomicReference<String> password = new AtomicReference<>(OLD);
			ConnectionSource source = (settings) -> ConnectionSource.url(server.url(), server.user(), password.get())
				.open(settings);
			await().atMost(WatchedBus.LIMIT).until(() -> isRefused(server, "wrong"));
			try (WatchedBus watched = WatchedBus.create(server, source, UnaryOperator.identity()).start()) {
				server.requirePassword(NEW);
				await().atMost(WatchedBus.LIMIT).until(() -> isRefused(server, OLD));
				server.terminate(watched.sessions());
				watched.awaitProblem(ConnectionState.BACKING_OFF, "password authentication failed");
				assertThatExceptionOfType(PublishException.class)
					.isThrownBy(() -> watched.bus().publish(watched.otherEvent()))
					.withMessageContaining("not published")
					.withMessageContaining("password authentication failed")
					.satisfies((ex) -> assertThat(ex.getMessage()).doesNotContain(OLD, NEW));
				assertThat(watched.bus().status().connection().problem()).doesNotContain(OLD, NEW);
				password.set(NEW);
				watched.awaitDelivery();
				assertThat(watched.ledger().gaps()).isNotEmpty();
				watched.verify();
			}
		}
	}

	private static boolean isRefused(ControlledServer server, String password) {
		try {
			ConnectionSource.url(server.url(), server.user(), password).open(new Properties()).close();
			return false;
		}
		catch (SQLException ex) {
			return "28P01".equals(ex.getSQLState());
		}
	}

	@Test
	void busGetsAlongWithoutAConnectionWhileOthersHaveThemAll() throws Exception {
		List<Connection> others = new ArrayList<>();
		try (ControlledServer server = ControlledServer
			.create("max_connections = 12", "superuser_reserved_connections = 3")
			.start(); WatchedBus watched = WatchedBus.start(server)) {
			// But for those kept for superusers, and the one that publishes beside the
			// bus.
			int all = 12 - 3 - 1;
			await().atMost(WatchedBus.LIMIT).until(() -> {
				server.terminate(watched.sessions());
				takeAllConnections(server, others);
				return others.size() == all;
			});
			watched.awaitProblem(ConnectionState.BACKING_OFF, "connection");
			assertThatExceptionOfType(PublishException.class)
				.isThrownBy(() -> watched.bus().publish(watched.otherEvent()))
				.withMessageContaining("not published")
				.havingCause()
				.satisfies((ex) -> assertThat(rootState(ex)).isEqualTo("53300"));
			for (Connection other : others) {
				other.close();
			}
			watched.awaitDelivery();
			assertThat(watched.ledger().gaps()).isNotEmpty();
			watched.verify();
		}
	}

	private static void takeAllConnections(ControlledServer server, List<Connection> taken) throws SQLException {
		try {
			while (true) {
				taken.add(Sources.of(server).open(new Properties()));
			}
		}
		catch (SQLException ex) {
			assertThat(ex.getSQLState()).isEqualTo("53300");
		}
	}

	private static String rootState(Throwable failure) {
		Throwable cause = failure;
		while (!(cause instanceof SQLException)) {
			cause = cause.getCause();
		}
		return ((SQLException) cause).getSQLState();
	}

	@Test
	void hundredConnectionsThatCannotBeSetUpLeaveNoneBehind() throws Exception {
		try (ControlledServer server = ControlledServer.create().start()) {
			server.execute("REVOKE EXECUTE ON FUNCTION pg_catalog.pg_postmaster_start_time() FROM PUBLIC");
			AtomicInteger opened = new AtomicInteger();
			ConnectionSource source = (settings) -> {
				Connection connection = Sources.of(server).open(settings);
				opened.incrementAndGet();
				return connection;
			};
			try (WatchedBus watched = WatchedBus.create(server, source,
					(bus) -> bus.backoff(Duration.ofMillis(1), 1, Duration.ofMillis(1)))) {
				await().atMost(WatchedBus.LIMIT).until(() -> opened.get() >= 100);
				awaitSessions(server, watched, 1);
				assertThatExceptionOfType(PublishException.class)
					.isThrownBy(() -> watched.bus().publish(watched.otherEvent()))
					.withMessageContaining("not published")
					.withMessageContaining("pg_postmaster_start_time");
				await().atMost(WatchedBus.LIMIT).until(() -> opened.get() >= 200);
				awaitSessions(server, watched, 1);
				server.execute("GRANT EXECUTE ON FUNCTION pg_catalog.pg_postmaster_start_time() TO PUBLIC");
				watched.start().verify();
				awaitSessions(server, watched, 2);
			}
			await().atMost(WatchedBus.LIMIT).until(() -> server.sessions("pgevents%") == 0);
		}
	}

	/**
	 * Those that were closed lately may still be ending; left behind, they would stay.
	 */
	private static void awaitSessions(ControlledServer server, WatchedBus watched, int most) {
		await().atMost(WatchedBus.LIMIT).until(() -> server.sessions(watched.sessions()) <= most);
	}

	@Test
	void idleSessionTimeoutOfTheRoleDoesNotEndTheBusesSessions() throws Exception {
		try (ControlledServer server = ControlledServer.create().start()) {
			server.execute("ALTER ROLE " + server.user() + " SET idle_session_timeout = '50ms'");
			try (WatchedBus watched = WatchedBus.create(server, Sources.of(server),
					(bus) -> bus.heartbeat(Duration.ofMinutes(10)))) {
				watched.awaitState(ConnectionState.LISTENING);
				for (int i = 0; i < 5; i++) {
					try (Connection other = Sources.of(server, server.url() + "?ApplicationName=other")
						.open(new Properties())) {
						await().atMost(WatchedBus.LIMIT).until(() -> server.sessions("other") == 0);
						assertThat(other.isValid(1)).isFalse();
					}
				}
				watched.start().verify();
				assertThat(watched.ledger().gaps()).isEmpty();
				assertThat(watched.states()).containsOnlyOnce(ConnectionState.LISTENING);
			}
		}
	}

}
