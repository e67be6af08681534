package dev.pgevents.postgres;

import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.UUID;

import javax.sql.DataSource;

import dev.pgevents.postgres.test.OwnServer;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

/**
 * On the oldest server that the library supports, whose binaries the build copies.
 */
@EnabledOnOs(value = OS.LINUX, architectures = "amd64")
class EventNotifyOldestServerTests extends EventNotifyContract {

	private static EmbeddedPostgres server;

	private String database;

	@BeforeAll
	static void startServer() throws IOException {
		server = OwnServer.start(Path.of("target", "postgres-14.jar"));
	}

	@AfterAll
	static void stopServer() throws IOException {
		server.close();
	}

	@Override
	DataSource database() {
		return server.getDatabase("postgres", this.database);
	}

	@Override
	@BeforeEach
	void createFunction() throws Exception {
		this.database = "test_" + UUID.randomUUID().toString().replace("-", "");
		try (Connection connection = server.getPostgresDatabase().getConnection();
				Statement statement = connection.createStatement()) {
			statement.execute("CREATE DATABASE " + this.database);
		}
		super.createFunction();
	}

}
