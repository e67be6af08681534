package dev.pgevents.postgres.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import dev.pgevents.postgres.test.SqlConsole;
import org.postgresql.ds.PGSimpleDataSource;

import static org.awaitility.Awaitility.await;

/**
 * A PostgreSQL server of its own for one test, which the test starts, stops, kills and
 * configures: of the binaries from Maven, listening on the loopback interface only, on a
 * port that stays the same. Application and test connect as different roles:
 * {@link #user()} is an ordinary one, which owns its database; {@link #connect()} is a
 * superuser, who needs no password and finds a connection when the others are taken.
 *
 * <p>
 * {@link #close()} ends the processes and deletes the folder; what a test leaves open is
 * closed when the JVM ends. Not thread-safe, but for what only connects.
 *
 * <pre class="code">
 * try (ControlledServer server = ControlledServer.create("max_connections = 20").start()) {
 * 	…
 * 	server.stop(ControlledServer.Stop.IMMEDIATE);
 * 	server.start();
 * }
 * </pre>
 */
public final class ControlledServer implements SqlConsole, AutoCloseable {

	/**
	 * Limits of all that takes a while; generous, since a busy machine is no failure.
	 */
	private static final Duration LIMIT = Duration.ofSeconds(120);

	private static final String SUPERUSER = "postgres";

	private static final String HOST = "127.0.0.1";

	private static final Set<ControlledServer> OPEN = ConcurrentHashMap.newKeySet();

	static {
		Runtime.getRuntime().addShutdownHook(new Thread(() -> OPEN.forEach(ControlledServer::close)));
	}

	private final PostgresBinaries binaries = PostgresBinaries.shared();

	private final Map<String, String> settings = new LinkedHashMap<>();

	private final Path folder;

	private final int port;

	private Process process;

	private boolean passwordRequired;

	private volatile String password = PostgresBinaries.PASSWORD;

	private ControlledServer(Path template) {
		try {
			this.folder = Files.createTempDirectory("pgevents-server");
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		OPEN.add(this);
		PostgresBinaries.copyFolder(template, data());
		this.port = freePort();
	}

	/**
	 * Creates a server without starting it.
	 * @param settings lines of postgresql.conf: {@code name = value}
	 * @return the server
	 */
	public static ControlledServer create(String... settings) {
		ControlledServer server = new ControlledServer(PostgresBinaries.shared().template());
		server.set("listen_addresses = '" + HOST + "'");
		server.set("unix_socket_directories = ''");
		server.set("fsync = off");
		server.set("shared_buffers = 16MB");
		server.set("max_connections = 50");
		server.set("port = " + server.port);
		for (String setting : settings) {
			server.set(setting);
		}
		return server;
	}

	/**
	 * Ports of the range from which the system gives out others' are no good: while the
	 * server is down, somebody else may get its port, and who dials it may be connected
	 * with himself.
	 */
	static int freePort() {
		while (true) {
			int candidate = ThreadLocalRandom.current().nextInt(20000, 32000);
			try (ServerSocket socket = new ServerSocket()) {
				socket.bind(new InetSocketAddress(InetAddress.getByName(HOST), candidate));
				return candidate;
			}
			catch (IOException ex) {
				// Taken: another one.
			}
		}
	}

	/**
	 * Lets the server speak TLS, with a self-signed certificate for {@code localhost},
	 * which {@link #certificate()} gives.
	 * @return this
	 */
	public ControlledServer withTls() {
		Certificate.create(data());
		set("ssl = on");
		return this;
	}

	/**
	 * The certificate, for {@code sslrootcert}.
	 * @return a file in PEM
	 */
	public Path certificate() {
		return data().resolve("server.crt");
	}

	/**
	 * Changes a setting. Takes effect at the next start, or {@link #reload()}.
	 * @param setting a line of postgresql.conf: {@code name = value}
	 * @return this
	 */
	public ControlledServer set(String setting) {
		this.settings.put(setting.substring(0, setting.indexOf('=')).trim(), setting);
		write(PostgresBinaries.SETTINGS, this.settings.values());
		return this;
	}

	/**
	 * Gives the application's role a password and asks for it from now on.
	 * @param password the new password
	 * @throws SQLException if it cannot be changed
	 */
	public void requirePassword(String password) throws SQLException {
		execute("ALTER ROLE " + user() + " PASSWORD '" + password + "'");
		this.password = password;
		this.passwordRequired = true;
		writeAccess();
		reload();
	}

	private void writeAccess() {
		String method = this.passwordRequired ? "scram-sha-256" : "trust";
		write("pg_hba.conf", List.of("host all " + SUPERUSER + " " + HOST + "/32 trust",
				"host replication " + SUPERUSER + " " + HOST + "/32 trust", "host all all " + HOST + "/32 " + method));
	}

	/**
	 * Starts the server, and waits until it takes connections.
	 * @return this
	 */
	public ControlledServer start() {
		if (isRunning()) {
			throw new IllegalStateException("the server is running");
		}
		writeAccess();
		this.process = run();
		await().atMost(LIMIT).pollInterval(Duration.ofMillis(20)).pollDelay(Duration.ZERO).until(this::isReady);
		return this;
	}

	private Process run() {
		try {
			return new ProcessBuilder(this.binaries.command("postgres", "-D", data().toString()))
				.redirectErrorStream(true)
				.redirectOutput(ProcessBuilder.Redirect.appendTo(logFile().toFile()))
				.start();
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** As pg_ctl finds out: the postmaster writes its status into its lock file. */
	private boolean isReady() throws IOException {
		if (!this.process.isAlive()) {
			String log = log();
			if (!log.substring(Math.max(0, log.length() - 1000)).contains("shared memory block")) {
				throw new IllegalStateException("the server did not start: " + log);
			}
			// A process of the killed one was born while it was killed, and is ending.
			this.process = run();
		}
		Path file = data().resolve("postmaster.pid");
		List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
		return lines.size() > 7 && lines.get(0).equals(String.valueOf(this.process.pid()))
				&& lines.get(7).trim().equals("ready");
	}

	/**
	 * Whether the server's main process runs.
	 * @return whether it runs
	 */
	public boolean isRunning() {
		return this.process != null && this.process.isAlive();
	}

	/**
	 * Stops the server, and waits until it has ended.
	 * @param how how
	 */
	public void stop(Stop how) {
		this.binaries.run(this.folder.resolve("pg_ctl.log"), "pg_ctl", "-D", data().toString(), "-m", how.mode, "-w",
				"-t", String.valueOf(LIMIT.toSeconds()), "stop");
		awaitEnd(List.of(this.process.toHandle()));
	}

	/**
	 * Stops the server and starts it again, with the settings made meanwhile.
	 * @param how how to stop
	 */
	public void restart(Stop how) {
		stop(how);
		start();
	}

	/**
	 * Kills all processes of the server at once, as {@code kill -9} does, and waits until
	 * they have ended.
	 */
	public void kill() {
		List<ProcessHandle> processes = new ArrayList<>();
		processes.add(this.process.toHandle());
		this.process.descendants().forEach(processes::add);
		processes.forEach(ProcessHandle::destroyForcibly);
		awaitEnd(processes);
	}

	private static void awaitEnd(List<ProcessHandle> processes) {
		try {
			CompletableFuture.allOf(processes.stream().map(ProcessHandle::onExit).toArray(CompletableFuture<?>[]::new))
				.get(LIMIT.toSeconds(), TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("interrupted while waiting for the server to end", ex);
		}
		catch (ExecutionException | TimeoutException ex) {
			throw new IllegalStateException("not all of the server's processes end: " + processes, ex);
		}
	}

	/**
	 * Lets the running server read its settings and access rules again. Sessions take
	 * notice a moment later.
	 */
	public void reload() {
		this.binaries.run(this.folder.resolve("pg_ctl.log"), "pg_ctl", "-D", data().toString(), "reload");
	}

	/**
	 * Makes a streaming standby from a cold copy of this server, which is stopped for it,
	 * and starts both.
	 * @return the standby, which has a port of its own and is the caller's to close
	 */
	public ControlledServer standby() {
		stop(Stop.FAST);
		ControlledServer standby = new ControlledServer(data());
		standby.settings.putAll(this.settings);
		standby.set("port = " + standby.port);
		standby.password = this.password;
		standby.passwordRequired = this.passwordRequired;
		standby.set("primary_conninfo = 'host=" + HOST + " port=" + this.port + " user=" + SUPERUSER
				+ " application_name=standby'");
		standby.write("standby.signal", List.of());
		start();
		return standby.start();
	}

	/**
	 * Makes a primary of this standby, and waits until it is one.
	 * @throws SQLException if it cannot be promoted
	 */
	public void promote() throws SQLException {
		if (query("SELECT pg_promote(true, " + LIMIT.toSeconds() + ")::int") != 1) {
			throw new IllegalStateException("the standby was not promoted: " + log());
		}
	}

	/**
	 * The port.
	 * @return a port of the loopback interface
	 */
	public int port() {
		return this.port;
	}

	/**
	 * Host and port.
	 * @return as in a URL
	 */
	public String address() {
		return HOST + ":" + this.port;
	}

	/**
	 * The URL of the application's database.
	 * @return a URL of pgjdbc without parameters
	 */
	public String url() {
		return url(address());
	}

	/**
	 * The URL of the application's database behind something else: a proxy, several
	 * hosts.
	 * @param addresses hosts with their ports
	 * @return a URL of pgjdbc without parameters
	 */
	public String url(String... addresses) {
		return "jdbc:postgresql://" + String.join(",", addresses) + "/" + PostgresBinaries.USER;
	}

	/**
	 * The application's role.
	 * @return an ordinary role, which owns its database
	 */
	public String user() {
		return PostgresBinaries.USER;
	}

	/**
	 * The application's password now.
	 * @return the password, whether it is asked for or not
	 */
	public String password() {
		return this.password;
	}

	/**
	 * Connections of the application, with the password of this moment.
	 * @param url a URL of pgjdbc
	 * @return a data source without a pool
	 */
	public PGSimpleDataSource dataSource(String url) {
		PGSimpleDataSource dataSource = new PGSimpleDataSource();
		dataSource.setUrl(url);
		dataSource.setUser(user());
		dataSource.setPassword(password());
		return dataSource;
	}

	@Override
	public Connection connect() throws SQLException {
		return DriverManager.getConnection(url() + "?ApplicationName=test", SUPERUSER, "");
	}

	/**
	 * Counts sessions.
	 * @param applicationName a pattern of LIKE
	 * @return how many there are
	 * @throws SQLException if they cannot be counted
	 */
	public long sessions(String applicationName) throws SQLException {
		return query("SELECT count(*) FROM pg_stat_activity WHERE application_name LIKE '" + applicationName + "'");
	}

	/**
	 * The server's data folder.
	 * @return what PostgreSQL calls PGDATA
	 */
	public Path dataFolder() {
		return data();
	}

	private Path data() {
		return this.folder.resolve("data");
	}

	/**
	 * What the server has logged.
	 * @return the whole log
	 */
	public String log() {
		try {
			return Files.exists(logFile()) ? Files.readString(logFile()) : "";
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	@Override
	public void close() {
		if (OPEN.remove(this)) {
			if (isRunning()) {
				kill();
			}
			PostgresBinaries.deleteFolder(this.folder);
		}
	}

	private Path logFile() {
		return this.folder.resolve("server.log");
	}

	private void write(String file, Iterable<String> lines) {
		try {
			Files.write(data().resolve(file), lines);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
	}

	/** How to stop a server. */
	public enum Stop {

		/** Ends the sessions, which are told so, and shuts down in order. */
		FAST("fast"),

		/** Lets all processes exit at once; the next start recovers. */
		IMMEDIATE("immediate");

		private final String mode;

		Stop(String mode) {
			this.mode = mode;
		}

	}

}
