package dev.pgevents.postgres.fault;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

/**
 * A pgpool-II in front of servers, where the machine has one: the first is the primary,
 * the others are its standbys, and queries are balanced.
 */
final class Pgpool implements AutoCloseable {

	private static final Duration LIMIT = Duration.ofSeconds(60);

	private final Path folder;

	private final int port;

	private final Process process;

	private Pgpool(Path program, List<ControlledServer> servers) throws IOException {
		this.folder = Files.createTempDirectory("pgevents-pgpool");
		this.port = ControlledServer.freePort();
		List<String> lines = new ArrayList<>(List.of("listen_addresses = '127.0.0.1'", "port = " + this.port,
				"pcp_port = " + ControlledServer.freePort(), "socket_dir = '" + this.folder + "'",
				"pcp_socket_dir = '" + this.folder + "'", "pid_file_name = '" + this.folder.resolve("pid") + "'",
				"logdir = '" + this.folder + "'", "backend_clustering_mode = 'streaming_replication'",
				"num_init_children = 8", "max_pool = 1", "load_balance_mode = on", "sr_check_user = 'postgres'",
				"sr_check_period = 1", "health_check_period = 0", "enable_pool_hba = off"));
		for (int i = 0; i < servers.size(); i++) {
			lines.add("backend_hostname" + i + " = '127.0.0.1'");
			lines.add("backend_port" + i + " = " + servers.get(i).port());
			// All that may be balanced goes to the standbys.
			lines.add("backend_weight" + i + " = " + ((i == 0 && servers.size() > 1) ? 0 : 1));
		}
		Path settings = Files.write(this.folder.resolve("pgpool.conf"), lines);
		this.process = new ProcessBuilder(program.toString(), "-n", "-f", settings.toString()).redirectErrorStream(true)
			.redirectOutput(log().toFile())
			.start();
		await().atMost(LIMIT).until(() -> answers(servers.get(0)));
	}

	/** Skips the test where there is none. */
	static Pgpool inFrontOf(ControlledServer... servers) throws IOException {
		Optional<Path> program = Programs.find("pgpool");
		assumeTrue(program.isPresent(),
				"pgpool is not installed on this machine (Debian and Ubuntu: apt-get install pgpool2)");
		return new Pgpool(program.get(), List.of(servers));
	}

	private boolean answers(ControlledServer server) throws IOException {
		if (!this.process.isAlive()) {
			throw new IllegalStateException("pgpool did not start: " + Files.readString(log()));
		}
		try (Connection connection = DriverManager.getConnection(server.url(address()), server.user(), "")) {
			return connection.isValid(1);
		}
		catch (SQLException ex) {
			return false;
		}
	}

	private Path log() {
		return this.folder.resolve("pgpool.log");
	}

	String address() {
		return "127.0.0.1:" + this.port;
	}

	@Override
	public void close() {
		// It would replace children that end before it does.
		List<ProcessHandle> children = this.process.descendants().toList();
		this.process.destroyForcibly().onExit().join();
		children.forEach(ProcessHandle::destroyForcibly);
		PostgresBinaries.deleteFolder(this.folder);
	}

}
