package dev.pgevents.benchmarks;

import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.temporal.ChronoUnit;

import dev.pgevents.postgres.fault.ControlledServer;
import dev.pgevents.postgres.fault.FaultyNetwork;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;

/**
 * The PostgreSQL that a harness measures against: an embedded one that flushes every
 * commit to disk as a production server does, or the one named by the option {@code url}.
 */
public final class BenchmarkServer implements AutoCloseable {

	/** The name under which harnesses connect for themselves. */
	public static final String OWN_NAME = "benchmark";

	private final AutoCloseableServer server;

	private final String url;

	private BenchmarkServer(AutoCloseableServer server, String url) {
		this.server = server;
		this.url = url;
	}

	/**
	 * Starts a server, unless one is given.
	 * @param options may hold a {@code url}, with user and password in it;
	 * {@code tls=true} for a server that is talked to over TLS; {@code delay}, the round
	 * trip in microseconds that a proxy adds between the server and all its clients
	 * @return the running server
	 * @throws IOException if it cannot be started
	 */
	public static BenchmarkServer start(Options options) throws IOException {
		BenchmarkServer server = withoutDelay(options);
		int delay = options.number("delay", 0);
		if (delay == 0) {
			return server;
		}
		FaultyNetwork network = FaultyNetwork.inFrontOf(server.url);
		network.delay(Duration.of(delay / 2, ChronoUnit.MICROS));
		return new BenchmarkServer(() -> {
			network.close();
			server.close();
		}, network.url(server.url));
	}

	private static BenchmarkServer withoutDelay(Options options) throws IOException {
		String given = options.text("url", "");
		if (!given.isEmpty()) {
			return new BenchmarkServer(() -> {
			}, given);
		}
		return Boolean.parseBoolean(options.text("tls", "false")) ? startWithTls() : startEmbedded();
	}

	private static BenchmarkServer startEmbedded() throws IOException {
		EmbeddedPostgres embedded = EmbeddedPostgres.builder()
			.setServerConfig("fsync", "on")
			.setServerConfig("synchronous_commit", "on")
			.setServerConfig("max_connections", "500")
			.start();
		return new BenchmarkServer(embedded::close,
				"jdbc:postgresql://localhost:" + embedded.getPort() + "/postgres?user=postgres");
	}

	private static BenchmarkServer startWithTls() {
		ControlledServer server = ControlledServer
			.create("fsync = on", "synchronous_commit = on", "max_connections = 500", "shared_buffers = 128MB")
			.withTls();
		server.start();
		return new BenchmarkServer(server::close,
				server.url().replaceFirst("(//[^/]*/).*", "$1postgres?user=postgres") + "&sslmode=require");
	}

	/**
	 * Where it is.
	 * @return a URL of pgjdbc, with the user in it
	 */
	public String url() {
		return this.url;
	}

	/**
	 * Opens a connection of the harness's own.
	 * @return a plain connection of pgjdbc
	 * @throws SQLException if it cannot be opened
	 */
	public Connection connect() throws SQLException {
		return DriverManager.getConnection(this.url + "&ApplicationName=" + OWN_NAME);
	}

	/**
	 * Executes statements.
	 * @param sql the statements
	 * @throws SQLException if they fail
	 */
	public void execute(String sql) throws SQLException {
		try (Connection connection = connect(); Statement statement = connection.createStatement()) {
			statement.execute(sql);
		}
	}

	/**
	 * Says what was measured against.
	 * @return version and the settings that matter
	 * @throws SQLException if the server does not answer
	 */
	public String describe() throws SQLException {
		try (Connection connection = connect();
				Statement statement = connection.createStatement();
				ResultSet row = statement.executeQuery("SELECT 'PostgreSQL ' || current_setting('server_version')"
						+ " || ', fsync ' || current_setting('fsync') || ', synchronous_commit '"
						+ " || current_setting('synchronous_commit')")) {
			row.next();
			return row.getString(1) + ", JDK " + Runtime.version() + ", " + Runtime.getRuntime().availableProcessors()
					+ " processors";
		}
	}

	@Override
	public void close() throws IOException {
		this.server.close();
	}

	@FunctionalInterface
	private interface AutoCloseableServer {

		void close() throws IOException;

	}

}
