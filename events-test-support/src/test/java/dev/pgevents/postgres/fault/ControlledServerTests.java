package dev.pgevents.postgres.fault;

import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;

import dev.pgevents.postgres.fault.ControlledServer.Stop;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.awaitility.Awaitility.await;

class ControlledServerTests {

	private static final Duration LIMIT = Duration.ofSeconds(60);

	@Test
	void comesBackOnItsPortWithItsDataHoweverItEnded() throws Exception {
		try (ControlledServer server = ControlledServer.create("max_connections = 20").start()) {
			int port = server.port();
			assertThat(server.query("SHOW max_connections")).isEqualTo(20);
			server.execute("CREATE TABLE kept (value int)");
			server.restart(Stop.FAST);
			server.restart(Stop.IMMEDIATE);
			server.kill();
			assertThat(server.isRunning()).isFalse();
			assertThatExceptionOfType(SQLException.class).isThrownBy(server::connect);
			server.start();
			assertThat(server.port()).isEqualTo(port);
			assertThat(server.query("SELECT count(*) FROM kept")).isZero();
		}
	}

	@Test
	void leavesNeitherProcessNorFolderBehind() throws Exception {
		Path folder;
		ControlledServer server = ControlledServer.create().withTls().start();
		try (server) {
			folder = server.certificate().getParent().getParent();
			assertThat(folder).isDirectory();
		}
		assertThat(server.isRunning()).isFalse();
		assertThat(Files.exists(folder)).isFalse();
	}

	@Test
	void speaksTlsWithACertificateThatCanBeVerified() throws Exception {
		try (ControlledServer server = ControlledServer.create().withTls().start()) {
			String url = server.url() + "?sslmode=verify-full&sslrootcert=" + server.certificate();
			try (Connection connection = DriverManager.getConnection(url, server.user(), "")) {
				assertThat(connection.isValid(10)).isTrue();
			}
		}
	}

	@Test
	void asksForThePasswordOnceItIsRequired() throws Exception {
		try (ControlledServer server = ControlledServer.create().start()) {
			server.requirePassword("new");
			await().atMost(LIMIT)
				.untilAsserted(() -> assertThatExceptionOfType(SQLException.class)
					.isThrownBy(() -> DriverManager.getConnection(server.url(), server.user(), "old").close())
					.satisfies((ex) -> assertThat(ex.getSQLState()).isEqualTo("28P01")));
			assertThatNoException().isThrownBy(() -> server.dataSource(server.url()).getConnection().close());
			assertThatNoException().as("for the test").isThrownBy(() -> server.connect().close());
		}
	}

	@Test
	void standbyFollowsAndTakesOver() throws Exception {
		try (ControlledServer primary = ControlledServer.create("max_connections = 20").start()) {
			primary.execute("CREATE TABLE before (value int)");
			try (ControlledServer standby = primary.standby()) {
				assertThat(standby.port()).isNotEqualTo(primary.port());
				assertThat(standby.query("SELECT count(*) FROM before")).isZero();
				primary.execute("INSERT INTO before VALUES (1)");
				await().atMost(LIMIT).until(() -> standby.query("SELECT count(*) FROM before") == 1);
				assertThatExceptionOfType(SQLException.class)
					.isThrownBy(() -> standby.execute("INSERT INTO before VALUES (2)"));
				primary.kill();
				standby.promote();
				standby.execute("INSERT INTO before VALUES (2)");
			}
		}
	}

}
