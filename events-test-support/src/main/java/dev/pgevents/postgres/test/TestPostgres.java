package dev.pgevents.postgres.test;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.UUID;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import org.postgresql.ds.PGSimpleDataSource;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.postgresql.PostgreSQLContainer;

/**
 * A database for tests: of the server named by {@code -Devents.test.url}, else of a
 * container where Docker answers, else of binaries from Maven. One server for all tests
 * of a module; stopped with the JVM.
 */
public final class TestPostgres implements SqlConsole {

	private static TestPostgres shared;

	private final String url;

	private final String user;

	private final String password;

	private TestPostgres(String url, String user, String password) {
		this.url = url;
		this.user = user;
		this.password = password;
	}

	/**
	 * The database that all tests may use.
	 * @return the shared database
	 */
	public static synchronized TestPostgres shared() {
		if (shared == null) {
			shared = start();
		}
		return shared;
	}

	private static TestPostgres start() {
		String given = System.getProperty("events.test.url");
		if (given != null) {
			return new TestPostgres(given, System.getProperty("events.test.user", "postgres"),
					System.getProperty("events.test.password", ""));
		}
		return dockerAnswers() ? container() : embedded();
	}

	private static boolean dockerAnswers() {
		try {
			return DockerClientFactory.instance().isDockerAvailable();
		}
		catch (RuntimeException | LinkageError ex) {
			return false;
		}
	}

	private static TestPostgres container() {
		PostgreSQLContainer container = new PostgreSQLContainer("postgres:18-alpine");
		container.withCommand("postgres", "-c", "fsync=off", "-c", "max_connections=200", "-c",
				"max_prepared_transactions=20");
		container.start();
		return new TestPostgres(container.getJdbcUrl(), container.getUsername(), container.getPassword());
	}

	private static TestPostgres embedded() {
		try {
			EmbeddedPostgres server = OwnServer.start((builder) -> builder.setServerConfig("fsync", "off")
				.setServerConfig("max_connections", "200")
				.setServerConfig("max_prepared_transactions", "20"));
			return new TestPostgres("jdbc:postgresql://localhost:" + server.getPort() + "/postgres", "postgres", "");
		}
		catch (IOException ex) {
			throw new IllegalStateException("no PostgreSQL for tests: give one with -Devents.test.url, start Docker, "
					+ "or see why the embedded one does not start", ex);
		}
	}

	/**
	 * The URL.
	 * @return a URL of pgjdbc
	 */
	public String url() {
		return this.url;
	}

	/**
	 * The user.
	 * @return a superuser's name
	 */
	public String user() {
		return this.user;
	}

	/**
	 * The password.
	 * @return the password, maybe empty
	 */
	public String password() {
		return this.password;
	}

	/**
	 * Connections to the database.
	 * @return a data source without a pool
	 */
	public PGSimpleDataSource dataSource() {
		PGSimpleDataSource dataSource = new PGSimpleDataSource();
		dataSource.setUrl(this.url);
		dataSource.setUser(this.user);
		dataSource.setPassword(this.password);
		return dataSource;
	}

	@Override
	public Connection connect() throws SQLException {
		return DriverManager.getConnection(this.url, this.user, this.password);
	}

	/**
	 * A new, empty database on the same server.
	 * @return the database
	 * @throws SQLException if it cannot be created
	 */
	public TestPostgres createDatabase() throws SQLException {
		return createDatabase("");
	}

	/**
	 * A new, empty database of a certain kind on the same server.
	 * @param options options of {@code CREATE DATABASE}
	 * @return the database
	 * @throws SQLException if it cannot be created
	 */
	public TestPostgres createDatabase(String options) throws SQLException {
		String name = "test_" + UUID.randomUUID().toString().replace("-", "");
		execute("CREATE DATABASE " + name + " " + options);
		return new TestPostgres(this.url.replaceFirst("(//[^/]*/)[^?]*", "$1" + name), this.user, this.password);
	}

}
